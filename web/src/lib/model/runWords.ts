// What is said of a run in a few words.
import type { RunView } from "../api/contract";
import { formatDuration } from "./format";

/** What ended it, or why one should look; null where there is nothing to add. */
export function runEnding({ line, error, reason }: Pick<RunView, "line" | "error" | "reason">): string | null {
  if (error) return firstLine(error.message ? `${error.type}: ${error.message}` : error.type);
  if (line.status === "running" && line.silent_seconds) return `no sign of life for ${formatDuration(line.silent_seconds)}`;
  if (reason) return firstLine(reason);
  if (line.status === "crashed") return "its process ended without a word";
  if (line.status === "unknown") return "nobody knows whether it still runs";
  return null;
}

/** A command as one types it into a shell. */
export function shellOf(words: readonly unknown[]): string {
  return words.map((word) => quoted(String(word))).join(" ");
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}

/** A pattern that finds a text as it stands, for searches that take patterns. */
export function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

export interface RunFact {
  name: string;
  text: string;
}

type Facts = Record<string, unknown>;

const part = (facts: Facts, name: string): Facts => {
  const found = facts[name];
  return typeof found === "object" && found !== null && !Array.isArray(found) ? (found as Facts) : {};
};
const said = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");
const joined = (...parts: unknown[]) => parts.map(said).filter(Boolean).join(" ");

/** Where a run took place: what is known of the machine and its software, the rest left out. */
export function surroundings(context: Facts, bytes: (count: number) => string): RunFact[] {
  const [cpu, os, python, environment, container, cuda] = ["cpu", "os", "python", "environment", "container", "cuda"].map((name) => part(context, name)) as [Facts, Facts, Facts, Facts, Facts, Facts]; // prettier-ignore
  const gpus = Array.isArray(context["gpus"]) ? (context["gpus"] as Facts[]) : [];
  const memory = context["memory_bytes"];
  const facts: [string, string][] = [
    ["host", joined(context["host"])],
    ["user", joined(context["user"])],
    ["python", joined(python["implementation"] === "CPython" ? "" : python["implementation"], python["version"])],
    ["environment", joined(environment["kind"], environment["name"], environment["path"])],
    ["folder", joined(context["cwd"])],
    ["processor", cpu["model"] ? `${joined(cpu["model"])}, ${joined(cpu["usable"] ?? cpu["logical"])} usable` : ""],
    ["memory", typeof memory === "number" ? bytes(memory) : ""],
    ...gpusSaid(gpus),
    ["cuda", joined(cuda["version"] ?? cuda["driver"] ?? context["cuda"])],
    ["system", joined(os["distribution"] || os["system"], os["release"] ? `(${joined(os["release"])})` : "")],
    ["container", joined(container["kind"], container["image"])],
    ["launcher", joined(part(context, "launcher")["kind"] ?? context["launcher"])],
    ["scheduler", joined(part(context, "scheduler")["kind"], part(context, "scheduler")["job_id"])],
    ["cloud", joined(part(context, "cloud")["provider"], part(context, "cloud")["instance_type"], part(context, "cloud")["region"])],
  ];
  return facts.flatMap(([name, text]) => (text.trim() ? [{ name, text: text.trim() }] : []));
}

function gpusSaid(gpus: readonly Facts[]): [string, string][] {
  const counts = new Map<string, number>();
  for (const gpu of gpus) {
    const name = joined(gpu["name"] ?? gpu["model"]) || "GPU";
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts.size ? [["gpu", [...counts].map(([name, count]) => (count > 1 ? `${count} × ${name}` : name)).join(", ")]] : [];
}
