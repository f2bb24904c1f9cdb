/** Takes the picture's question elsewhere: as curl, SQL or Python, as CSV, as a PNG. */
import type { StateLanes } from '../chart/statelanes';
import { isNumeric, type Trace } from '../chart/trace';
import { color, font, type Trend, type View } from '../chart/trend';

/** The interval of a nice table of the range: about 500 rows on round times. */
export function tableInterval(lengthMs: number): string {
  const steps: [string, number][] = [
    ['1s', 1e3], ['5s', 5e3], ['10s', 1e4], ['30s', 3e4], ['1m', 6e4], ['5m', 3e5], ['10m', 6e5],
    ['30m', 1.8e6], ['1h', 3.6e6], ['2h', 7.2e6], ['6h', 2.16e7], ['12h', 4.32e7],
  ];
  return (steps.find(([, ms]) => lengthMs / ms <= 600) ?? ['1d', 0])[0];
}

function iso(ms: number): string {
  return new Date(Math.floor(ms)).toISOString();
}

/** Query of the aligned table that the picture shows. */
export function tableQuery(traces: Trace[], view: View, zone: string): string {
  const query = new URLSearchParams();
  traces.forEach((t) => query.append('tag', t.tag));
  query.set('startTime', iso(view.startMs));
  query.set('endTime', iso(view.endMs));
  query.set('interval', tableInterval(view.endMs - view.startMs));
  query.set('layout', 'wide');
  query.set('timeZone', zone);
  return query.toString();
}

/** In single quotes of a shell. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** In single quotes of SQL. */
export function sqlQuote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function asCurl(origin: string, traces: Trace[], view: View, zone: string): string {
  return `curl ${shellQuote(`${origin}/api/v1/values/interpolated?${tableQuery(traces, view, zone)}`)}`;
}

export function asSql(traces: Trace[], view: View): string {
  const tags = traces.map((t) => sqlQuote(t.tag)).join(', ');
  return `SELECT tag, ts, value, text, status, quality\nFROM samples\nWHERE tag IN (${tags})\n` +
    `  AND ts >= TIMESTAMPTZ '${iso(view.startMs)}' AND ts < TIMESTAMPTZ '${iso(view.endMs)}'\nORDER BY tag, ts`;
}

export function asPython(origin: string, traces: Trace[], view: View, zone: string): string {
  const url = JSON.stringify(`${origin}/api/v1/values/interpolated?${tableQuery(traces, view, zone)}&format=arrow`);
  return `import urllib.request, pyarrow as pa\n\nurl = ${url}\n` +
    `table = pa.ipc.open_stream(urllib.request.urlopen(url)).read_all()\nframe = table.to_pandas()`;
}

/** The picture with its title and a line a trace. */
export function picture(trend: Trend, states: StateLanes, traces: Trace[], root: HTMLElement): Promise<Blob | null> {
  const chart = trend.canvas;
  const ratio = devicePixelRatio;
  const shown = traces.filter((t) => !t.hidden);
  const line = 18 * ratio;
  const top = line * 1.6;
  const width = Math.max(chart?.width ?? 0, states.picture.width, 400 * ratio);
  const chartHeight = chart?.height ?? 0;
  const statesHeight = states.height * ratio;
  const out = document.createElement('canvas');
  out.width = width;
  out.height = top + chartHeight + statesHeight + line * (shown.length + 0.8);
  const ctx = out.getContext('2d');
  if (ctx === null) {
    return Promise.resolve(null);
  }
  ctx.fillStyle = color(root, '--bg');
  ctx.fillRect(0, 0, out.width, out.height);
  ctx.fillStyle = color(root, '--fg');
  ctx.font = `bold ${font(root, ratio * 1.15)}`;
  ctx.fillText(trend.title(), 12 * ratio, line);
  if (chart !== null && shown.some(isNumeric)) {
    ctx.drawImage(chart, 0, top);
  }
  if (statesHeight > 0) {
    ctx.drawImage(states.picture, 0, top + chartHeight);
  }
  ctx.font = font(root, ratio * 1.1);
  shown.forEach((trace, i) => {
    const y = top + chartHeight + statesHeight + line * (i + 1);
    ctx.fillStyle = trace.paint;
    ctx.fillRect(12 * ratio, y - 9 * ratio, 10 * ratio, 10 * ratio);
    ctx.fillStyle = color(root, '--fg');
    const uom = trace.info.uom === '' ? '' : ` [${trace.info.uom}]`;
    ctx.fillText(`${trace.tag}${uom}  ${trace.info.description ?? ''}`, 28 * ratio, y);
  });
  return new Promise((resolve) => out.toBlob(resolve, 'image/png'));
}
