// Small behaviour for server-made pages: theme switch, charts, keyboard. No state of its own.
(() => {
  "use strict";

  const root = document.documentElement;

  const switchTheme = () => {
    root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.bsTheme);
    drawCharts();
  };

  // A chart is <div class="chart" data-chart="id of a JSON script element">. Its table twin stands beside it.
  // With a currency its numbers are cents; without one they are counts.
  const charts = new Map();
  const printed = (value, currency) =>
    currency
      ? new Intl.NumberFormat(root.lang || "en-US", { style: "currency", currency, maximumFractionDigits: 0 }).format(value / 100)
      : new Intl.NumberFormat(root.lang || "en-US").format(value);

  const chartOptions = (spec) => {
    const style = getComputedStyle(root);
    const colour = (name) => style.getPropertyValue(name).trim();
    const ink = colour("--tblr-body-color") || "#222";
    const palette = [colour("--tpa-info"), colour("--tpa-warn"), colour("--tpa-good"), colour("--tpa-muted")];
    return {
      animation: false,
      color: palette,
      textStyle: { color: ink, fontFamily: getComputedStyle(document.body).fontFamily },
      aria: { enabled: true, label: { description: spec.label }, decal: { show: true } },
      tooltip: { trigger: "axis", valueFormatter: (value) => (value === null ? "" : printed(value, spec.currency)) },
      legend: { top: 0, itemGap: 10, itemWidth: 18, textStyle: { color: ink } },
      grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
      xAxis: { type: "category", data: spec.categories, axisLabel: { color: ink } },
      yAxis: { type: "value", minInterval: spec.currency ? 0 : 1, axisLabel: { color: ink, formatter: (value) => printed(value, spec.currency) }, splitLine: { lineStyle: { opacity: 0.25 } } },
      series: spec.series.map((series) => ({
        name: series.name,
        type: series.type,
        stack: series.stack || undefined,
        data: series.data,
        symbolSize: 6,
        barMaxWidth: 42,
        markLine: series.mark
          ? { silent: true, symbol: "none", label: { formatter: series.mark.name, color: ink }, data: [{ yAxis: series.mark.cents }] }
          : undefined,
      })),
    };
  };

  const drawCharts = () => {
    if (!window.echarts) return;
    document.querySelectorAll("[data-chart]").forEach((element) => {
      const source = document.getElementById(element.dataset.chart);
      if (!source) return;
      const chart = charts.get(element) || window.echarts.init(element, null, { renderer: "svg" });
      charts.set(element, chart);
      chart.setOption(chartOptions(JSON.parse(source.textContent)), true);
    });
  };
  window.addEventListener("resize", () => charts.forEach((chart) => chart.resize()));

  // On a phone a row stands as a block, each cell beside the heading of its column. The roles keep it a table for readers.
  const nameCells = () =>
    document.querySelectorAll(".table-responsive > .table").forEach((table) => {
      const headings = [...(table.tHead?.rows[0]?.cells || [])].map((cell) => cell.textContent.trim());
      table.setAttribute("role", "table");
      table.querySelectorAll("thead, tbody, tfoot").forEach((part) => part.setAttribute("role", "rowgroup"));
      for (const row of table.rows) {
        row.setAttribute("role", "row");
        let column = 0;
        for (const cell of row.cells) {
          cell.setAttribute("role", cell.tagName === "TD" ? "cell" : cell.scope === "row" ? "rowheader" : "columnheader");
          if (cell.tagName === "TD" && cell.colSpan === 1) cell.dataset.heading = headings[column] || "";
          column += cell.colSpan;
        }
      }
    });

  // A table that is wider than the page can be scrolled with the keyboard as well.
  const letScroll = () =>
    document.querySelectorAll(".table-responsive").forEach((box) => {
      if (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    });
  window.addEventListener("resize", letScroll);

  // Keys: every one has a visible link or button with data-key; j and k walk rows. Off inside inputs, and switchable.
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const walk = (step) => {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(document.activeElement.closest("[data-row]"));
    const next = all[Math.max(0, Math.min(all.length - 1, at + step))];
    (next.matches("a") ? next : next.querySelector("a") || next).focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    if (localStorage.getItem("keys") === "off" && event.key !== "?") return;
    if (event.key === "j" && rows().length) return walk(1);
    if (event.key === "k" && rows().length) return walk(-1);
    if (event.key === "?") {
      const help = document.getElementById("keys-help");
      if (help) help.showModal();
      return;
    }
    const target = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (target) {
      event.preventDefault();
      target.click();
    }
  });

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-theme-switch]").forEach((button) => button.addEventListener("click", switchTheme));
    document.querySelectorAll("[data-keys-switch]").forEach((box) => {
      box.checked = localStorage.getItem("keys") !== "off";
      box.addEventListener("change", () => localStorage.setItem("keys", box.checked ? "on" : "off"));
    });
    // A link to a field opens what it lies in, and puts the cursor there.
    document.querySelectorAll("a[data-field]").forEach((link) =>
      link.addEventListener("click", (event) => {
        const field = document.getElementById(link.dataset.field);
        if (!field) return;
        event.preventDefault();
        const box = field.closest("details");
        if (box) box.open = true;
        field.focus();
      }),
    );
    document.querySelectorAll("[data-confirm]").forEach((form) =>
      form.addEventListener("submit", (event) => {
        if (!window.confirm(form.dataset.confirm)) event.preventDefault();
      }),
    );
    nameCells();
    letScroll();
    drawCharts();
  });
})();
