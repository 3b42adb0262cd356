// A picture of one's own, and the ways it gets into a page.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./program.mjs";

const emoji = (name) => join(root, "node_modules/emoji-datasource-google/img/google/64", name + ".png");

/** bus is a file that the demo has too, so that its nearest image is known. */
export const bus = emoji("1f68c");
export const smiley = emoji("1f600");

/** bring hands the picture to the page as a drop or a paste does. */
export function bring(page, kind) {
  return page.evaluate(([kind, bytes]) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], `${kind}.png`, { type: "image/png" }));
    const how = { bubbles: true, cancelable: true };
    document.body.dispatchEvent(kind === "paste" ? new ClipboardEvent(kind, { ...how, clipboardData: data }) : new DragEvent(kind, { ...how, dataTransfer: data }));
  }, [kind, readFileSync(bus, "base64")]);
}
