/** The page `/`. */
export {}
