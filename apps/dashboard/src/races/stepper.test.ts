import { expect, it } from 'vitest'
import { ALL, stepsOf } from './stepper.ts'

const pressed = (key: string, modifiers = {}) =>
  stepsOf({ key, altKey: false, ctrlKey: false, metaKey: false, shiftKey: false, ...modifiers })

it('steps by arrow keys, Home and End, and by no letter', () => {
  expect(['ArrowRight', 'ArrowLeft', 'Home', 'End', 'j', 'k'].map((key) => pressed(key))).toEqual([
    1,
    -1,
    -ALL,
    ALL,
    0,
    0,
  ])
})

it('leaves keys with a modifier to the browser', () => {
  expect(pressed('ArrowLeft', { altKey: true })).toBe(0)
  expect(pressed('End', { shiftKey: true })).toBe(0)
})
