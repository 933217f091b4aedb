/** The widgets as one module: what a page of anybody loads from `/embed/v1/streamgauge.js`. */
export { SgAlerts } from './sg-alerts/sg-alerts.ts'
export { SgChart } from './sg-chart/sg-chart.ts'
export { SgStat } from './sg-stat/sg-stat.ts'
export { SgStatus } from './sg-status/sg-status.ts'
