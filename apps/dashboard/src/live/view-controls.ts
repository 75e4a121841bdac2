/** The controls of the picture: time window, pause, theme, link. */
import { h, setText } from './dom.ts'
import { type Theme, themes, type ViewState, windows } from './view-state.ts'

const WINDOW_NAMES: Readonly<Record<ViewState['window'], string>> = { 30: '30 s', 60: '1 min', 300: '5 min' }
const THEME_NAMES: Readonly<Record<Theme, string>> = { system: 'System', light: 'Light', dark: 'Dark' }

export function windowChoice(
  chosen: ViewState['window'],
  onChange: (seconds: ViewState['window']) => void,
): HTMLElement {
  const options = windows.map((seconds) => {
    const radio = h('input', { type: 'radio', name: 'window', value: seconds, checked: seconds === chosen })
    radio.addEventListener('change', () => onChange(seconds))
    return h('label', {}, radio, h('span', {}, WINDOW_NAMES[seconds]))
  })
  return h('fieldset', { class: 'segments' }, h('legend', { class: 'hidden-text' }, 'Time shown'), ...options)
}

export function themeChoice(chosen: Theme, onChange: (theme: Theme) => void): HTMLElement {
  const options = themes.map((theme) => h('option', { value: theme, selected: theme === chosen }, THEME_NAMES[theme]))
  const select = h('select', { name: 'theme' }, ...options)
  select.addEventListener('change', () => onChange(select.value as Theme))
  return h('label', { class: 'theme' }, 'Theme ', select)
}

export function pauseButton(onChange: (isPaused: boolean) => void): HTMLElement {
  const button = h('button', { type: 'button', 'aria-pressed': 'false' }, 'Pause')
  button.addEventListener('click', () => {
    const isPaused = button.getAttribute('aria-pressed') !== 'true'
    button.setAttribute('aria-pressed', String(isPaused))
    onChange(isPaused)
  })
  return button
}

/** The address always has the view, so the link is copied from there. */
export function linkButton(): HTMLElement {
  const button = h('button', { type: 'button' }, 'Copy link')
  const status = h('span', { class: 'hidden-text', role: 'status' })
  button.addEventListener('click', async () => {
    let text = 'Link copied'
    try {
      await navigator.clipboard.writeText(location.href)
    } catch {
      text = 'Copy it from the address bar'
    }
    setText(button, text)
    setText(status, text)
    setTimeout(() => setText(button, 'Copy link'), 3_000)
  })
  return h('span', {}, button, status)
}
