import { expect, it } from "vitest";

import { tOf95 } from "./student";

// scipy.stats.t.ppf(0.975, n), SciPy 1.17
it.each([
  [1, 12.706204736174694],
  [2, 4.302652729749462],
  [3, 3.1824463052837078],
  [4, 2.7764451051977934],
  [9, 2.262157162798205],
  [29, 2.045229642132703],
  [99, 1.9842169515864174],
  [1999, 1.9611514201705613],
])("t for %s degrees of freedom is that of SciPy", (freedom, expected) => expect(tOf95(freedom)).toBeCloseTo(expected, 9));
