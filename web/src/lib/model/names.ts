// Names in little room: the ends tell more than the middle.

/** The two parts of a name that an ellipsis may fall between: the last one always stays whole. */
export function ends(name: string, kept = 12): [string, string] {
  const letters = [...new Intl.Segmenter().segment(name)].map((one) => one.segment);
  if (letters.length <= kept * 2) return [name, ""];
  return [letters.slice(0, -kept).join(""), letters.slice(-kept).join("")];
}
