// Colours come from the style sheet, so that a map is light or dark as the page is.

export const shapes = 5; // disc, square, diamond, triangle, cross: search/mapdraw.go draws the same
export const colors = 10;

let probe;

// rgb is what a custom property means right now, as three numbers between 0 and 255.
function rgb(name) {
  probe ??= document.body.appendChild(Object.assign(document.createElement("span"), { hidden: true }));
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).map(Number);
}

const list = (name, n) => Array.from({ length: n }, (_, i) => rgb(`--${name}-${i}`));

export function palette() {
  return {
    categories: list("category", colors), strength: list("strength", 7), score: list("score", 7),
    text: css(rgb("--text")), muted: rgb("--muted"), surface: css(rgb("--surface")), behind: rgb("--surface"), accent: css(rgb("--accent")), line: css(rgb("--line")),
  };
}

export const css = ([r, g, b], alpha = 1) => `rgb(${r} ${g} ${b} / ${alpha})`;

// along mixes the steps of a ramp; share lies between 0 and 1.
export function along(ramp, share) {
  const at = share * (ramp.length - 1), i = Math.min(Math.floor(at), ramp.length - 2), rest = at - i;
  return ramp[i].map((v, k) => v + (ramp[i + 1][k] - v) * rest);
}

// onChange calls back when the page turns light or dark.
export function onChange(callback) {
  new MutationObserver(callback).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", callback);
}
