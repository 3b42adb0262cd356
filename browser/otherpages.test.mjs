// The pages of other files: one to ship, served to be read only; one whose images no network has seen; one without any.
import { dark, lookAt } from "./lib/pages.mjs";

const views = [dark];

lookAt("shipped", { depth: 1, views, flags: ["--read-only"] });
lookAt("bare", { depth: 1, views, lacking: true });
lookAt("empty", { depth: 1, views, lacking: true });
