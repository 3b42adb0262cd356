// The tour is pages of their own, /tour/1 to /tour/5. Here they are shown in a dialog: on the first visit, by "?" in the
// header, and by the key "?".
"use strict";

(() => {
  const seen = "tour=seen"; // a cookie, so that another database on another port of this machine does not begin again
  let dialog = null;
  let asked = 0; // the newest step that was asked for

  const steps = (link) => link?.pathname?.startsWith("/tour/") && link.origin === location.origin;
  const remember = () => { document.cookie = `${seen}; path=/; max-age=${400 * 24 * 60 * 60}; samesite=lax`; };

  function build() {
    dialog = document.createElement("dialog");
    dialog.className = "tour-dialog";
    dialog.setAttribute("aria-labelledby", "tour-title");
    const close = document.createElement("button");
    close.className = "tour-close";
    close.type = "button";
    close.ariaLabel = "Close the tour";
    close.textContent = "✕";
    close.addEventListener("click", () => { remember(); dialog.close(); });
    dialog.append(close);
    dialog.addEventListener("click", follow);
    dialog.addEventListener("keydown", turn);
    dialog.addEventListener("cancel", remember); // by Esc, and at once; the page may be left before it has closed
    dialog.addEventListener("close", remember);
    document.body.append(dialog);
  }

  // show fetches a step's page and puts its article into the dialog; where that fails the page itself is opened.
  async function show(address) {
    const mine = ++asked;
    try {
      const response = await fetch(address, { headers: { Accept: "text/html" } });
      const article = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("tour");
      if (!article) throw new Error("not a step");
      if (mine !== asked) return;
      if (!dialog) build();
      dialog.querySelector(".tour")?.remove();
      dialog.append(document.adoptNode(article));
      if (!dialog.open) dialog.showModal();
      reach(); // of app.js
      const title = document.getElementById("tour-title");
      title.tabIndex = -1;
      title.focus({ preventScroll: true });
    } catch {
      if (mine === asked) location.assign(address);
    }
  }

  function follow(event) {
    if (event.target === dialog) return dialog.close(); // beside it
    const link = event.target.closest("a[href]");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (steps(link)) {
      event.preventDefault();
      show(link.href);
    } else {
      remember(); // whoever follows a link out of it has seen it
    }
  }

  function turn(event) {
    event.stopPropagation(); // the page behind has uses of its own for the arrows
    const rel = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
    const link = rel && dialog.querySelector(`a[rel="${rel}"]`);
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    show(link.href);
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-tour]");
    if (!link || steps(location) || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    show(link.href);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "?" || event.metaKey || event.ctrlKey || event.altKey || dialog?.open) return;
    if (event.target.closest?.("input, select, textarea, [contenteditable]")) return;
    event.preventDefault();
    document.querySelector("[data-tour]")?.click();
  });

  // A visitor who comes by an address with a query has been sent there to see something: the tour would stand before it.
  const invited = !location.search && !steps(location) && document.querySelector("[data-first-visit]");
  if (invited && !document.cookie.split("; ").includes(seen)) show("/tour/1");
})();
