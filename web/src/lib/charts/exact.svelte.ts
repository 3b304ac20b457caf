// The very points under the pointer, once it rests: buckets only know their least, greatest and mean.
import type { Points } from "../api/contract";
import { source } from "../api/source";
import { numberOf } from "../model/format";
import type { NearLine } from "./nearest";

export interface ExactPoint {
  run: string;
  step: number | null;
  timeMs: number;
  value: number;
}

const REST_MS = 140;
const MOST = 2000;

export class ExactReader {
  point: ExactPoint | null = $state.raw(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: AbortController | null = null;

  /** Read the point of a line that is nearest to `step`, unless the pointer goes on. */
  rest(near: NearLine, step: number): void {
    this.clear();
    this.#timer = setTimeout(() => void this.#read(near, step), REST_MS);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#running?.abort();
    this.point = null;
  }

  async #read({ one, row }: NearLine, step: number): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    const { run, label } = one.curve;
    try {
      const points = await source.get<Points>(
        `/runs/${run}/points`,
        { label, from: one.line.xFirst[row]!, to: one.line.xLast[row]!, limit: MOST },
        running.signal,
      );
      if (running.signal.aborted) return;
      let best = -1;
      points.step.forEach((at, place) => {
        if (best < 0 || Math.abs((at ?? Infinity) - step) < Math.abs((points.step[best] ?? Infinity) - step)) best = place;
      });
      if (best < 0) return;
      this.point = { run, step: points.step[best] ?? null, timeMs: points.time_ms[best] ?? NaN, value: numberOf(points.value[best]) ?? NaN };
    } catch {
      // the tooltip keeps what the bucket says
    }
  }
}
