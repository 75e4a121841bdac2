// For pages in a browser: what is imported here needs neither Node nor a global document.
export { onlyOf, type Reported } from '../reported.ts'
export { type RenderedReport, renderReport } from './render-report.ts'
