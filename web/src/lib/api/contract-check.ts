// What the server says fits what the page takes it for: checked by the compiler, never run.
import type * as page from "./contract";
import type { components } from "./schema";

type Server = components["schemas"];
type Fits<Said extends Taken, Taken> = [Said, Taken];

export type Checked = [
  Fits<Server["Store"], page.Store>,
  Fits<Server["RunTable"], page.RunTable>,
  Fits<Server["FieldPage"], page.FieldPage>,
  Fits<Server["Completion"], page.Completion>,
  Fits<Server["GroupTable"], page.GroupTable>,
  Fits<Server["RunView"], page.RunView>,
  Fits<Server["PlotlyDrawing"], page.PlotlyDrawing>,
  Fits<Server["LineageGraph"], page.LineageGraph>,
  Fits<Server["SeriesPage"], page.SeriesPage>,
  Fits<Server["MetricPage"], page.MetricPage>,
  Fits<Server["Problem"], page.Problem>,
];
