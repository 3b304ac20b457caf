"""How the editor looks: Panel keeps each part of a page apart, so each is given its own sheet."""

ACCENT = "#3b5bdb"
FONT = 'system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'

# Of the page around the parts.
PAGE = """
body, #main, #content { background: #f4f5f7; }
#header { box-shadow: none; }
#header .title { font-size: 19px; font-weight: 600; }
#sidebar { background: #ffffff; border-right: 1px solid #e3e6ea; }
"""

TEXT = """
h2 { font-size: 15px; font-weight: 650; margin: 2px 0 8px; color: #1f2429; }
code { background: #eef1f5; border-radius: 4px; padding: 2px 6px; font-size: 12.5px; }
.quiet { color: #6b7480; font-size: 13px; }
.field-label { font-size: 13.5px; font-weight: 600; color: #1f2429; line-height: 1.35; }
.field-about { font-size: 12.5px; color: #6b7480; line-height: 1.4; margin-top: 1px; }
.field-note { color: #8a6d1a; }
[role=alert] { display: block; font-size: 12.5px; line-height: 1.4; color: #c92a2a; }
[role=alert]::before { content: "!"; display: inline-block; width: 15px; height: 15px;
  margin-right: 6px; border-radius: 50%; background: #c92a2a; color: white; font-weight: 700;
  font-size: 11px;
  line-height: 15px; text-align: center; }
"""

CARD = """
:host(.card) { background: #ffffff; border: 1px solid #e3e6ea; border-radius: 10px;
  padding: 14px 16px 12px; margin: 0 0 16px; box-sizing: border-box; }
"""

FIELD = """
:host(.field) { margin: 0 0 12px; --field-border: #ced4da; --field-accent: #3b5bdb; }
:host(.is-wrong) { --field-border: #e03131; --field-accent: #e03131; }
:host(.is-off) { opacity: 0.5; }
"""

INPUT = """
.bk-input { border: 1px solid var(--field-border, #ced4da); border-radius: 6px; font-size: 14px;
  background-color: #ffffff; height: 36px; color: #1f2429; box-shadow: none; }
.bk-input:focus { border-color: var(--field-accent, #3b5bdb); outline: none;
  box-shadow: 0 0 0 3px color-mix(in srgb, var(--field-accent, #3b5bdb) 18%, transparent); }
.bk-input:disabled { background-color: #f1f3f5; }
"""

SLIDER = """
.noUi-target { height: 4px; border: none; box-shadow: none; border-radius: 2px;
  background: #dfe3e8; }
.noUi-connects { border-radius: 2px; }
.noUi-connect { background: var(--field-accent, #3b5bdb) !important; }
.noUi-handle { width: 16px !important; height: 16px !important;
  top: -6px !important; right: -8px !important; border-radius: 50%; border: 2px solid white;
  background: var(--field-accent, #3b5bdb) !important; box-shadow: 0 0 0 1px #c3c9d1;
  cursor: grab; }
.noUi-handle::before, .noUi-handle::after { display: none; }
[disabled] .noUi-handle, [disabled] .noUi-connect { background: #adb5bd !important; }
"""

FLAG = """
input[type=checkbox] { width: 17px; height: 17px; accent-color: #3b5bdb; cursor: pointer; }
span { font-size: 14px; }
"""

OVERVIEW = """
table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
tr { border-bottom: 1px solid #eef0f3; }
th { text-align: left; font-weight: 500; color: #4a525c; padding: 6px 12px 6px 0; width: 32%; }
td { padding: 6px 12px 6px 0; text-align: left; }
td.value { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; width: 34%; }
td.default { color: #6b7480; font-size: 12.5px; }
tr.is-changed td.value { color: #3b5bdb; font-weight: 650; }
tr.is-off th, tr.is-off td { color: #adb5bd; }
p { margin: 8px 0 0; }
"""

BUTTON = """
.bk-btn { border-radius: 6px; font-size: 13.5px; font-weight: 550; padding: 6px 14px; }
.bk-btn-default { background: #ffffff; border: 1px solid #ced4da; color: #1f2429; }
.bk-btn-default:hover:not(:disabled) { background: #f1f3f5; border-color: #adb5bd; }
.bk-btn-default:disabled { color: #adb5bd; background: #ffffff; }
a .bk-btn, a { text-decoration: none; }
"""

TABLE = """
.tabulator { border: 1px solid #e3e6ea; border-radius: 6px; font-size: 13px; }
.tabulator .tabulator-header { background: #f8f9fa; border-bottom: 1px solid #e3e6ea; }
.tabulator .tabulator-header .tabulator-col { background: #f8f9fa; color: #4a525c;
  font-weight: 600; border-right: none; }
.tabulator-row .tabulator-cell { border-right: none; padding: 6px 8px; }
.tabulator-row { border-bottom: 1px solid #f1f3f5; }
.tabulator-row.tabulator-row-even { background: #ffffff; }
"""
