/** The server as the page sees it: its clock, its zones, whether it answers. */
import * as api from './api';
import { h } from './dom';
import type { ZoneChoice } from './state/permalink';
import { isZone } from './time/zone';

const RETRY_MS = 2_000;
const NO_ANSWER = 'The server does not answer. What you see stays; trying again …';

/** What the page says while the server starts or stops; null while it serves. */
export function waitingText(status: Pick<api.Status, 'state' | 'replay'>): string | null {
  switch (status.state) {
    case 'STARTING': {
      const { phase, percent } = status.replay ?? { phase: '', percent: 0 };
      const how = phase === 'journal' ? `: it reads its journal, ${percent} % done` : '';
      return `The server is starting${how}. This page comes up by itself.`;
    }
    case 'DRAINING':
      return 'The server is stopping. What you see stays; trying again …';
    default:
      return null;
  }
}

export class Server {
  /** Says that the server is away; hidden while it is there. */
  readonly banner = h('div', { class: 'banner', role: 'alert', hidden: true });
  private readonly zones: Record<ZoneChoice, string> = {
    plant: 'UTC', server: 'UTC', browser: Intl.DateTimeFormat().resolvedOptions().timeZone, utc: 'UTC',
  };
  /** Server time minus the browser's clock. */
  private clockOffset = 0;
  private isAway = false;

  /** @param onBack what to do once the server answers again; may fail, then it is tried again */
  constructor(private readonly onBack: () => Promise<void>) {}

  /** Now, in ms since 1970 UTC, by the server's clock: the browser's may be wrong. */
  now(): number {
    return Date.now() + this.clockOffset;
  }

  get away(): boolean {
    return this.isAway;
  }

  zone(choice: ZoneChoice): string {
    const zone = this.zones[choice];
    return isZone(zone) ? zone : 'UTC';
  }

  zoneLabels(): [ZoneChoice, string][] {
    return [
      ['plant', `Plant (${this.zones.plant})`], ['server', `Server (${this.zones.server})`],
      ['browser', `Browser (${this.zones.browser})`], ['utc', 'UTC'],
    ];
  }

  /** Asks for clock and zones. */
  async greet(): Promise<void> {
    const sent = Date.now();
    const status = await api.status();
    const waiting = waitingText(status);
    if (waiting !== null) {
      throw new api.ServerError('UNAVAILABLE', waiting);
    }
    this.clockOffset = api.timeOf(status.time) - (sent + Date.now()) / 2;
    this.zones.plant = status.timeZone;
    this.zones.server = status.serverTimeZone;
  }

  /** Notes that the server did not answer, or not yet, and tries again until it does. */
  lost(cause?: unknown): void {
    if (this.isAway) {
      return;
    }
    this.isAway = true;
    this.banner.hidden = false;
    this.say(cause);
    const retry = async (): Promise<void> => {
      try {
        await this.greet();
        this.answered();
        await this.onBack();
      } catch (e) {
        this.say(e);
        setTimeout(() => void retry(), RETRY_MS);
      }
    };
    setTimeout(() => void retry(), RETRY_MS);
  }

  private say(cause: unknown): void {
    const waits = cause instanceof api.ServerError && cause.code === 'UNAVAILABLE';
    this.banner.textContent = waits ? cause.message : NO_ANSWER;
  }

  /** Notes that it did. */
  answered(): void {
    this.isAway = false;
    this.banner.hidden = true;
  }
}
