/** The page's only style sheet. */
export const style = `
:root { color-scheme: light dark; --ink: #22303c; --quiet: #566573; --paper: #fbfaf7; --card: #fff; --line: #dcd8cf; --accent: #1f6f8b; --bad: #a4262c; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ec; --quiet: #a3afba; --paper: #171b1f; --card: #20262c; --line: #38424c; --accent: #7cc4dd; --bad: #ff9a94; }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 2rem 1rem; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main, footer { max-width: 40rem; margin: 0 auto; }
h1 { font-size: 2rem; margin: 0 0 1rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
form { display: grid; gap: .4rem; padding: 1rem; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
label { font-weight: 600; }
input, textarea, button { font: inherit; color: inherit; padding: .5rem .7rem; border: 1px solid var(--line); border-radius: .4rem; background: var(--paper); width: 100%; }
textarea { resize: vertical; }
button { margin-top: .4rem; background: var(--accent); border-color: var(--accent); color: var(--paper); font-weight: 600; cursor: pointer; }
button:disabled { opacity: .6; cursor: progress; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
ol { list-style: none; margin: 0; padding: 0; display: grid; gap: .6rem; }
li { padding: .8rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
li p { margin: 0; overflow-wrap: anywhere; }
.text { white-space: pre-wrap; }
.by, footer { color: var(--quiet); font-size: .9rem; }
footer { margin-top: 2rem; }
#problem { color: var(--bad); margin: .2rem 0 0; }
#away { padding: .8rem 1rem; border: 1px dashed var(--line); border-radius: .6rem; }
`;
