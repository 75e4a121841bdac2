/** The page `/races`. */
export {}
