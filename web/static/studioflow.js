/* Only adds: keys, autosave, sums shown sooner, dialogs, select all. Every page works without it. */
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  /* Menus close when one looks elsewhere. */
  document.addEventListener("click", (event) => {
    all("details.drop[open], details.why-float[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });

  /* Paper. */
  document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) window.print(); });

  /* Select all, and how many. */
  const boxesOf = (form) => all(`input[type=checkbox][form="${form}"], #${form} input[type=checkbox]`).filter((box) => !box.disabled && !box.dataset.selectAll);
  const countSelected = (bar) => {
    const boxes = boxesOf(bar.dataset.bulk);
    const chosen = boxes.filter((box) => box.checked).length;
    const master = bar.querySelector("[data-select-all]");
    const words = bar.querySelector(".bulk-count");
    words.dataset.idle = words.dataset.idle || words.textContent;
    master.checked = chosen > 0 && chosen === boxes.length;
    master.indeterminate = chosen > 0 && chosen < boxes.length;
    if (chosen || bar.dataset.selected !== "0") words.textContent = chosen ? words.dataset.words.replace("{n}", chosen) : words.dataset.idle;
    bar.dataset.selected = chosen;
  };
  all("[data-bulk]").forEach((bar) => {
    if (boxesOf(bar.dataset.bulk).some((box) => box.checked)) countSelected(bar);
    document.addEventListener("change", (event) => {
      if (event.target.dataset.selectAll === bar.dataset.bulk) boxesOf(bar.dataset.bulk).forEach((box) => { box.checked = event.target.checked; });
      if (event.target.type === "checkbox") countSelected(bar);
    });
    bar.querySelector("[data-clear]")?.addEventListener("click", (event) => {
      event.preventDefault();
      boxesOf(bar.dataset.bulk).forEach((box) => { box.checked = false; });
      countSelected(bar);
    });
  });

  /* Levels and exact marks follow each other; the server decides. */
  const addUp = (form) => {
    const sum = all("[data-addend]", form).reduce((total, field) => total + (Number(field.value) || 0), 0);
    all("[data-sum]", form).forEach((place) => { place.textContent = sum; });
  };
  document.addEventListener("input", (event) => {
    const field = event.target;
    const levels = field.closest?.("[data-levels]");
    if (levels && field.matches("[data-addend]")) {
      const mark = Number(field.value);
      all("input[type=radio]", levels).forEach((radio) => { radio.checked = field.value !== "" && mark >= Number(radio.dataset.low) && mark <= Number(radio.dataset.high); });
    } else if (levels && field.type === "radio") {
      const number = levels.querySelector("[data-addend]");
      number.value = Math.ceil((Number(field.dataset.low) + Number(field.dataset.high)) / 2);
    }
    if (field.form?.querySelector("[data-sum]")) addUp(field.form);
  });

  /* A draft is saved every ten seconds and on leaving; the answer is {"words": "10:42 已暂存"}. */
  all("form[data-autosave]").forEach((form) => {
    const written = () => { const sent = new URLSearchParams(new FormData(form)); sent.delete("drawn"); return sent.toString(); };
    let last = written();
    const place = form.querySelector("[data-autosave-words]") || document.querySelector("[data-autosave-words]");
    const save = async () => {
      const now = written();
      if (now === last) return;
      try {
        const answer = await fetch(form.dataset.autosave, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" } });
        if (!answer.ok) throw new Error(answer.status);
        last = now;
        const said = await answer.json();
        if (said.drawn && form.elements.drawn) form.elements.drawn.value = said.drawn;
        if (place) place.textContent = said.words;
      } catch { if (place) place.textContent = form.dataset.unsaved || place.textContent; }
    };
    setInterval(save, 10000);
    addEventListener("pagehide", () => {
      const body = new URLSearchParams(new FormData(form));
      if (written() !== last) navigator.sendBeacon(form.dataset.autosave, body);
    });
  });

  /* A confirmation page may be shown over this one. */
  const sheet = document.getElementById("sheet");
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[data-dialog]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    try {
      const answer = await fetch(link.href);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
      if (!answer.ok || !page) throw new Error(answer.status);
      sheet.replaceChildren(...page.childNodes);
      sheet.showModal();
      sheet.querySelector("h1, h2")?.setAttribute("tabindex", "-1");
      sheet.querySelector("h1, h2")?.focus();
    } catch { location.assign(link.href); }
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (button) navigator.clipboard?.writeText(button.dataset.copy || location.href);
  });

  /* Canned opinions fill the field they belong to. */
  document.addEventListener("click", (event) => {
    const canned = event.target.closest?.("[data-fill]");
    const field = canned && document.getElementById(canned.dataset.fill);
    if (!field) return;
    event.preventDefault();
    field.value = canned.dataset.text || canned.textContent.trim();
    field.focus();
    canned.closest("details")?.removeAttribute("open");
  });

  /* What a choice brings is drawn anew by the server; without this the button beside it does it. */
  document.addEventListener("change", async (event) => {
    const form = event.target.matches("[data-look]") ? event.target.form : null;
    if (!form || !form.matches("[data-looking]")) return;
    const said = new FormData(form);
    said.set("act", "look");
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(said) });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const drawn = page.querySelector("[data-looked]");
      if (!answer.ok || !drawn) return;
      form.querySelector("[data-looked]").replaceChildren(...drawn.childNodes);
      const acts = page.querySelector("[data-looking] .acts"), mine = form.querySelector(".acts");
      if (acts && mine) mine.replaceChildren(...acts.childNodes);
    } catch { /* the button is there */ }
  });

  /* Keys. */
  const typing = (element) => element?.matches?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
  const rows = () => all("[data-row]");
  const at = () => {
    const list = rows();
    const focused = list.findIndex((row) => row.contains(document.activeElement));
    return focused >= 0 ? focused : list.findIndex((row) => row.classList.contains("on"));
  };
  const go = (step) => {
    const list = rows();
    if (!list.length) return;
    const row = list[Math.min(Math.max(at() + step, 0), list.length - 1)];
    row.querySelector("a")?.focus();
    row.scrollIntoView({ block: "nearest" });
  };
  const keys = {
    j: () => go(1),
    k: () => go(-1),
    x: () => rows()[at()]?.querySelector("input[type=checkbox]")?.click(),
    t: () => document.getElementById("timeline")?.scrollIntoView(),
    "/": () => document.getElementById("q")?.focus(),
    "?": () => document.getElementById("keys")?.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = document.activeElement?.form || document.querySelector("form[data-primary]");
      if (form) { event.preventDefault(); form.requestSubmit(form.querySelector(".btn-primary, .btn-danger") || undefined); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (document.body.dataset.shortcuts !== "on" || typing(document.activeElement)) return;
    const levels = document.activeElement?.closest?.("[data-levels]");
    if (levels && /^[1-9]$/.test(event.key)) { all("input[type=radio]", levels)[Number(event.key) - 1]?.click(); return; }
    const choice = /^[a-z]$/.test(event.key) && document.querySelector(`[data-key="${event.key}"]`);
    if (choice) { event.preventDefault(); choice.checked = true; choice.focus(); choice.dispatchEvent(new Event("change", { bubbles: true })); return; }
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });
})();
