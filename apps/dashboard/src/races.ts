/** The page `/races`. */
import './races/races.css'
import { racesPage } from './races/page.ts'
import { races } from './races/race.ts'

racesPage(document.querySelector('main')!, races)
