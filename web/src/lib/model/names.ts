// Names in little room: the ends tell more than the middle.

/** The two parts of a name that an ellipsis may fall between: the last one always stays whole. */
export function ends(name: string, kept = 12): [string, string] {
  const letters = [...new Intl.Segmenter().segment(name)].map((one) => one.segment);
  // What has been cut before is cut at the same place.
  const gap = letters.indexOf("…");
  if (gap > 0 && letters.length - gap - 1 <= kept * 2) return [letters.slice(0, gap + 1).join(""), letters.slice(gap + 1).join("")];
  if (letters.length <= kept * 2) return [name, ""];
  // Derived names are "lr=0.1_seed=3": as many whole parts as there is room for.
  const starts = letters.flatMap((letter, at) => ("_·-/".includes(letter) && letters.length - at - 1 <= kept + 5 ? [letter === "·" ? at + 2 : at + 1] : []));
  const start = starts.find((at) => at < letters.length - 2) ?? letters.length - kept;
  return [letters.slice(0, start).join(""), letters.slice(start).join("")];
}
