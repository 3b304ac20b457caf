// Files by their folders.

export interface Folder<T> {
  /** The name, with those of folders that hold nothing else: "a/b/c". */
  name: string;
  path: string;
  folders: Folder<T>[];
  files: { name: string; item: T }[];
  count: number;
  size: number;
}

/** Group items by the folders of their paths; folders first, both by name. */
export function foldersOf<T>(items: readonly T[], pathOf: (item: T) => string, sizeOf: (item: T) => number): Folder<T> {
  const root: Folder<T> = { name: "", path: "", folders: [], files: [], count: 0, size: 0 };
  const known = new Map<string, Folder<T>>([["", root]]); // by paths that begin with "/"
  for (const item of items) {
    const parts = pathOf(item).split("/");
    const name = parts.pop() ?? "";
    let folder = root;
    const above = [root];
    for (const [place, part] of parts.entries()) {
      const path = parts.slice(0, place + 1).join("/");
      let next = known.get(`/${path}`);
      if (!next) {
        next = { name: part, path, folders: [], files: [], count: 0, size: 0 };
        known.set(`/${path}`, next);
        folder.folders.push(next);
      }
      folder = next;
      above.push(folder);
    }
    folder.files.push({ name, item });
    for (const one of above) {
      one.count++;
      one.size += sizeOf(item);
    }
  }
  return arrangedFolder(root);
}

function arrangedFolder<T>(folder: Folder<T>): Folder<T> {
  const order = (one: { name: string }, other: { name: string }) => one.name.localeCompare(other.name, undefined, { numeric: true });
  const folders = folder.folders.map((one) => joined(arrangedFolder(one))).sort(order);
  return { ...folder, folders, files: [...folder.files].sort(order) };
}

function joined<T>(folder: Folder<T>): Folder<T> {
  const [only] = folder.folders;
  if (!only || folder.folders.length > 1 || folder.files.length > 0) return folder;
  return { ...only, name: `${folder.name}/${only.name}` };
}
