// The chart of the funnel. What came how far is a funnel; what stands where is no smaller from stage
// to stage, so bars. A click leads to the rows. The table beside it says the same without this.
import { BarChart, FunnelChart } from "echarts/charts";
import { GridComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, FunnelChart, GridComponent, CanvasRenderer]);

const card = document.getElementById("funnel");
const place = card.querySelector("[data-chart]");
const steps = JSON.parse(document.getElementById("funnel-data").textContent);
const chart = init(place);
const SHADES = [1, 0.86, 0.73, 0.61, 0.5, 0.41, 0.33];
let shown = "reached";

// Colours of the theme as numbers: the chart knows neither variables nor mixtures.
const probe = document.createElement("i");
const brush = document.createElement("canvas").getContext("2d");
place.after(probe);
const colour = (name) => {
  probe.style.color = `var(${name})`;
  brush.fillStyle = getComputedStyle(probe).color;
  return brush.fillStyle;
};
const colours = () => ({
  font: getComputedStyle(document.body).fontFamily,
  text: colour("--tblr-body-color"),
  quiet: colour("--tblr-secondary"),
  main: colour("--tblr-blue"),
});
const shade = (index) => SHADES[Math.min(index, SHADES.length - 1)];

const funnel = ({ font, text, quiet, main }) => ({
  type: "funnel",
  sort: "none",
  gap: 3,
  top: 12,
  bottom: 12,
  left: "25%",
  width: "46%",
  minSize: "14%",
  label: { show: true, position: "left", fontFamily: font, color: text, opacity: 1, fontSize: 13, formatter: ({ data }) => data.name },
  labelLine: { length: 12, lineStyle: { color: quiet } },
  emphasis: { disabled: true },
  data: steps.map(({ stage, values, texts, conversion, urls }, index) => ({
    name: stage,
    value: values.reached,
    url: urls.reached,
    itemStyle: { color: main, opacity: shade(index), borderWidth: 0 },
    said: conversion ? `${texts.reached}  →  ${conversion}` : texts.reached,
  })),
});
// The numbers stand at the other side: a funnel has one label a part, so a second, invisible one.
const numbers = (look) => {
  const first = funnel(look);
  return {
    ...first,
    silent: true,
    z: 3,
    label: { ...first.label, position: "right", color: look.quiet, formatter: ({ data }) => data.said },
    data: first.data.map((one) => ({ ...one, itemStyle: { color: "transparent", borderWidth: 0 } })),
  };
};
const bars = ({ font, text, main }) => ({
  type: "bar",
  barMaxWidth: 28,
  label: { show: true, position: "right", fontFamily: font, fontSize: 13, color: text, formatter: ({ data }) => data.said },
  emphasis: { disabled: true },
  data: steps.map(({ values, texts, urls }, index) => ({ value: values[shown], said: texts[shown], url: urls.open, itemStyle: { color: main, opacity: shade(index), borderRadius: 3 } })),
});
const draw = () => {
  const look = colours();
  const common = { animationDuration: 300, textStyle: { fontFamily: look.font } };
  if (shown === "reached") return chart.setOption({ ...common, series: [funnel(look), numbers(look)] }, true);
  const names = { type: "category", inverse: true, data: steps.map(({ stage }) => stage), axisLine: { show: false }, axisTick: { show: false } };
  chart.setOption(
    {
      ...common,
      grid: { top: 8, bottom: 8, left: 16, right: 88, containLabel: true },
      xAxis: { type: "value", show: false },
      yAxis: { ...names, axisLabel: { color: look.text, fontFamily: look.font, fontSize: 13 } },
      series: [bars(look)],
    },
    true,
  );
};

card.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-shows]");
  if (!button) return;
  shown = button.dataset.shows;
  card.querySelectorAll("[data-shows]").forEach((one) => {
    one.classList.toggle("active", one === button);
    one.setAttribute("aria-pressed", one === button);
  });
  draw();
});
chart.on("click", ({ data }) => data?.url && location.assign(data.url));
new ResizeObserver(() => chart.resize()).observe(place);
// Light and dark are switched without a new page.
new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
draw();
place.dataset.ready = "";
