// The care page without this file: ticks and buttons of a form. Here ranges and groups are selected at once.
"use strict";

const careBoxes = () => [...document.querySelectorAll("[data-care] input[name=image]")];
let careLast = null;

function careCount() {
  const label = document.querySelector("[data-care] [data-count]");
  if (!label) return;
  const wholes = [...document.querySelectorAll("[data-care] input[name=all]")].filter((box) => box.checked);
  const lists = wholes.map((box) => box.closest("[data-list]"));
  const single = careBoxes().filter((box) => box.checked && !lists.some((list) => list?.contains(box)));
  const whole = wholes.reduce((sum, box) => sum + Number(box.dataset.n), 0), more = new Set(single.map((box) => box.value)).size;
  label.textContent = whole && more ? `${whole} selected, and ${more} more` : whole || more ? `${whole || more} selected` : "Select images";
  for (const group of document.querySelectorAll("[data-group]")) {
    const boxes = [...group.querySelectorAll("input[name=image]")], all = group.querySelector("[data-all]");
    if (all) all.textContent = boxes.length && boxes.every((box) => box.checked) ? "Select none" : "Select all";
  }
}

// With the shift key, all from the last one ticked on get the same.
document.addEventListener("click", (event) => {
  const box = event.target.closest?.("[data-care] input[name=image]");
  if (!box) return;
  const boxes = careBoxes(), from = boxes.indexOf(careLast), to = boxes.indexOf(box);
  if (event.shiftKey && from >= 0) {
    for (const one of boxes.slice(Math.min(from, to), Math.max(from, to) + 1)) one.checked = box.checked;
  }
  careLast = box;
  careCount();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-care] [data-all]");
  if (!button) return;
  const boxes = [...button.closest("[data-group]").querySelectorAll("input[name=image]")];
  const on = !boxes.every((box) => box.checked);
  for (const box of boxes) box.checked = on;
  careCount();
});

// A click with the shift key would select text between two labels.
document.addEventListener("mousedown", (event) => {
  if (event.shiftKey && event.target.closest?.(".care-tile label")) event.preventDefault();
});

document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-care] input[name=all]")) careCount();
});

addEventListener("pageshow", careCount);
document.addEventListener("swapped", careCount);
careCount();
