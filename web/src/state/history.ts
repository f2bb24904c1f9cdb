/** What zooming and panning leave behind: steps back and forward, any number of times. */

/** Steps kept; older ones are forgotten. */
export const HISTORY_MAX = 1000;

/**
 * A list of views and a place in it. A new view drops those ahead of the place. Views are kept as
 * they are: give each visit an object of its own.
 */
export class ZoomHistory<T> {
  private readonly views: T[];
  private at = 0;

  /** @param isSame views that are no step apart; `===` if left out */
  constructor(
    initial: T,
    private readonly isSame: (a: T, b: T) => boolean = (a, b) => a === b,
  ) {
    this.views = [initial];
  }

  get current(): T {
    return this.views[this.at]!;
  }

  get canGoBack(): boolean {
    return this.at > 0;
  }

  get canGoForward(): boolean {
    return this.at < this.views.length - 1;
  }

  /** Makes a view the current one. The same view again is no step and drops nothing. */
  visit(view: T): void {
    if (this.isSame(this.current, view)) {
      return;
    }
    this.views.length = this.at + 1;
    this.views.push(view);
    if (this.views.length > HISTORY_MAX) {
      this.views.shift();
    }
    this.at = this.views.length - 1;
  }

  /** Changes the current view without a step, for example while a drag goes on. */
  replace(view: T): void {
    this.views[this.at] = view;
  }

  /** The view before, now the current one; null at the beginning. */
  back(): T | null {
    if (!this.canGoBack) {
      return null;
    }
    this.at--;
    return this.current;
  }

  /** The view after, now the current one; null at the end. */
  forward(): T | null {
    if (!this.canGoForward) {
      return null;
    }
    this.at++;
    return this.current;
  }
}
