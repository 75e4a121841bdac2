/** Loaded once the map comes into view: the library under it is larger than the rest of the page. */
import 'charts/charts.css'

export { strategyMap } from 'charts'
