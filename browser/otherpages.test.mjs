// The pages of other files: one to ship, served to be read only; one whose images no network has seen; one without any.
import { lookAt } from "./lib/pages.mjs";

lookAt("shipped", { depth: 1, flags: ["--read-only"] });
lookAt("bare", { depth: 1, lacking: true });
lookAt("empty", { depth: 1, lacking: true });
