/** Starts Swagger UI on `/docs`. It is a file, since the Content-Security-Policy allows no inline script. */

const dark = matchMedia('(prefers-color-scheme: dark)')
const followScheme = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
dark.addEventListener('change', followScheme)
followScheme()

/** Replaces markup of Swagger UI that a screen reader or a keyboard can't use. */
const accessible = () => ({
  wrapComponents: {
    // Inside the button that opens the operation it is a link: two controls in one.
    DeepLink:
      (_, { React }) =>
      ({ text }) =>
        React.createElement('span', null, text),
    // It scrolls, but can't be reached by keyboard.
    SyntaxHighlighter:
      (SyntaxHighlighter, { React }) =>
      (props) => {
        const around = React.useRef(null)
        React.useEffect(() => around.current.querySelector('pre')?.setAttribute('tabindex', '0'))
        return React.createElement('div', { ref: around }, React.createElement(SyntaxHighlighter, props))
      },
    // Without a label.
    Select:
      (Select, { React }) =>
      (props) =>
        React.createElement(
          'label',
          null,
          React.createElement('span', { className: 'visually-hidden' }, 'Value'),
          React.createElement(Select, props),
        ),
  },
})

globalThis.SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#api-reference',
  deepLinking: true,
  plugins: [accessible],
  syntaxHighlight: { theme: 'tomorrow-night' }, // the default's numbers have too little contrast
  // By default, a service on the internet is asked whether the document is valid.
  validatorUrl: null,
})
