// Entrants and approval within the SLA, by day of entry: a table, and a chart that repeats it. Only the unfinished day is hatched.

import { fillTable, find, setText } from './cells.js';
import { count, dayName, none, percent, secondsSinceDay, span } from './words.js';

const canvasFont = 12;
let chart = null;
let shown = null;

export function showTrend({ trend, status }) {
  const sla = span(status.settings.sla_seconds);
  const rows = trend.rows.map(row => ({ ...row, unfinished: row.day === status.today, young: isYoung(row, trend.as_of, status.settings.sla_seconds) }));
  setText(find('#trend-title'), `Entered and approved within ${sla}, by day of entry`);
  fillTable(find('#trend-table tbody'), rows.map(row => ({
    key: row.day,
    cells: [
      { text: dayName(row.day), note: row.unfinished ? 'so far' : '' },
      ...['entered', 'approved', 'moving', 'matured', 'approved_within_sla'].map(name => row[name] === null
        ? row.entered === 0 ? none : { text: 'not sent', words: true }
        : { text: count(row[name]), value: row[name], note: name === 'matured' && row.young ? `of ${count(row.entered)} old enough` : '' }),
      { text: percent(row.sla_rate), value: row.sla_rate },
    ],
  })));
  const total = trend.rows.reduce((sum, row) => sum + row.entered, 0);
  find('#trend-chart').setAttribute('aria-label',
    `Bars: ${count(total)} entered over ${trend.rows.length} days, the unfinished day hatched. Line: approved within ${sla}, hollow where not all of the day are that old. The button Table shows the numbers.`);
  shown = { rows, sla };
  draw();
}

// A day that is not the SLA behind yet: its rate is of the first who entered, and may be far from the day's.
const isYoung = (row, asOf, sla) => row.matured !== null && row.matured < row.entered && secondsSinceDay(row.day, asOf) < sla;

/** Fetches the charting code once the numbers stand: they do not wait for it. */
export function loadCharts() {
  const script = document.createElement('script');
  script.src = '/echarts.common.min.js';
  script.addEventListener('load', () => {
    chart = globalThis.echarts.init(find('#trend-chart'), null, { renderer: 'canvas' });
    new ResizeObserver(() => chart.resize()).observe(find('#trend-chart'));
    for (const media of ['(prefers-color-scheme: dark)', 'print']) matchMedia(media).addEventListener('change', draw);
    draw();
  });
  // The table is the figure; without the chart it stands in its place.
  script.addEventListener('error', () => toggleTable(true));
  document.head.append(script);
}

export function toggleTable(table) {
  find('#trend-table').hidden = !table;
  find('#trend-chart').hidden = table;
  find('#trend-as-table').setAttribute('aria-pressed', String(table));
}

function draw() {
  if (!chart || !shown) return;
  const styles = getComputedStyle(document.documentElement);
  const colour = name => styles.getPropertyValue(`--${name}`);
  const { rows, sla } = shown;
  const text = { color: colour('quiet'), fontSize: canvasFont };
  const line = { lineStyle: { color: colour('rule') } };
  chart.setOption({
    animation: false,
    grid: { left: 8, right: 8, top: 34, bottom: 4, containLabel: true },
    legend: { top: 0, left: 0, itemHeight: 10, textStyle: text, data: [{ name: 'entered' }, { name: `approved within ${sla}` }] },
    // Rich text is drawn on the canvas; a tooltip of HTML would need inline styles, which the policy refuses.
    tooltip: { trigger: 'axis', renderMode: 'richText', confine: true, formatter: tip, backgroundColor: colour('ground'), textStyle: { color: colour('ink'), fontSize: canvasFont } },
    xAxis: { type: 'category', data: rows.map(row => dayName(row.day)), axisLabel: { ...text, hideOverlap: true }, axisLine: line, axisTick: { show: false } },
    yAxis: [
      { type: 'value', minInterval: 1, axisLabel: text, splitLine: line },
      { type: 'value', min: 0, max: 1, interval: 0.2, axisLabel: { ...text, formatter: value => `${Math.round(value * 100)} %` }, splitLine: { show: false } },
    ],
    series: [
      { name: 'entered', type: 'bar', itemStyle: { color: colour('bar') }, data: rows.map(row => ({ value: row.entered, itemStyle: row.unfinished ? hatch(colour('bar')) : {} })) },
      {
        name: `approved within ${sla}`, type: 'line', yAxisIndex: 1, symbol: 'circle', symbolSize: 7, color: colour('line'), lineStyle: { width: 2 },
        data: rows.map(row => ({ value: row.matured > 0 ? row.sla_rate : null, ...(row.young ? hollow(colour) : {}) })),
      },
    ],
  }, { notMerge: true });
  // Read back from the chart, for readers without eyes on the canvas.
  const [bars, points] = chart.getOption().series;
  find('#trend-chart').dataset.hatched = bars.data.flatMap((bar, place) => bar.itemStyle.color?.image ? [rows[place].day] : []).join(' ');
  find('#trend-chart').dataset.hollow = points.data.flatMap((point, place) => point.symbol && point.value !== null ? [rows[place].day] : []).join(' ');
}

const hollow = colour => ({ symbol: 'emptyCircle', symbolSize: 9, itemStyle: { color: colour('line') } });

function hatch(colour) {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 8;
  const pen = canvas.getContext('2d');
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  for (const shift of [-8, 0, 8]) {
    pen.moveTo(shift, 8);
    pen.lineTo(shift + 8, 0);
  }

  pen.stroke();
  return { color: { image: canvas, repeat: 'repeat' }, borderColor: colour, borderWidth: 1 };
}

function tip(points) {
  const row = shown.rows[points[0].dataIndex];
  return [
    `${dayName(row.day)}${row.unfinished ? ', so far' : ''}`,
    `entered ${count(row.entered)}`,
    ...row.entered === 0 ? [] : [row.approved_within_sla === null ? 'approval not sent'
      : row.matured > 0 ? `within ${shown.sla}: ${percent(row.sla_rate)} of ${count(row.matured)}` : `within ${shown.sla}: ${none} (all younger)`],
    ...(row.young && row.matured > 0 ? [`${count(row.matured)} of ${count(row.entered)} old enough`] : []),
  ].join('\n');
}
