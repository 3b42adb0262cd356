// The card beside a point: its picture, name and category. For those who do not see it, it is said aloud.
import { about } from "./images.js";

export class Tip {
  constructor(view) {
    this.view = view;
    this.image = Object.assign(document.createElement("img"), { alt: "" });
    this.name = document.createElement("b");
    this.category = document.createElement("span");
    this.more = Object.assign(document.createElement("span"), { className: "muted" });
    this.element = Object.assign(document.createElement("div"), { className: "map-tip", hidden: true });
    this.element.append(this.image, this.name, this.category, this.more);
    this.element.setAttribute("aria-hidden", "true");
  }

  about(i) { return about(this.view.dataset, this.view.data.ids[i]); }

  async show(i, speak) {
    this.of = i;
    const image = await this.about(i).catch(() => null);
    if (this.of !== i || !image) return;
    this.image.src = `/thumbnails/${image.sha256}`;
    this.image.classList.toggle("tiny", Math.max(image.width, image.height) <= 48);
    this.name.textContent = image.name.split("/").pop();
    this.category.textContent = image.category || "no category";
    this.more.textContent = this.remark(i);
    this.element.hidden = false;
    this.place();
    if (speak) document.getElementById("status").textContent = [this.name, this.category, this.more].map((e) => e.textContent).filter(Boolean).join(", ");
  }

  // remark says what a point is to the query, and its value.
  remark(i) {
    const { view } = this, { values } = view.data, parts = [], rank = view.neighbors.indexOf(i);
    if (i === view.query) parts.push("the query");
    else if (rank >= 0) parts.push(`nearest image ${rank + 1}`);
    if (values) {
      const share = values.shares[i], value = values.low + share * (values.high - values.low);
      parts.push(Number.isNaN(share) ? `no ${view.state.valueName}` : `${view.state.valueName} ${Number(value.toPrecision(3))}`);
    }
    return parts.join(" · ");
  }

  place() {
    const { view, element } = this;
    if (element.hidden || view.hovered < 0) return;
    const [x, y] = view.pixel(view.hovered), w = element.offsetWidth, h = element.offsetHeight, gap = view.diameter() / 2 + 10;
    const left = x + gap + w <= view.width ? x + gap : Math.max(0, x - gap - w);
    const top = Math.min(Math.max(4, y - h / 2), Math.max(4, view.height - h - 4));
    element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  hide() {
    this.of = -1;
    this.element.hidden = true;
  }
}
