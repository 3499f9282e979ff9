internal import Charts

/// The look of a page: system fonts, and the colours of the palette.
let styleSheet = """
  :root{--ink:#1b1f24;--soft:#59636e;--line:#d5dae0;--page:#f6f7f9;--card:#fff;
  --warn:#8a4b00;--warnback:#fff4e0;\(colors(Palette.light))}
  @media(prefers-color-scheme:dark){:root{--ink:#e6e9ed;--soft:#a2acb8;--line:#343b44;
  --page:#111418;--card:#1a1f25;--warn:#ffcf85;--warnback:#3a2a10;\(colors(Palette.dark))}}
  *{box-sizing:border-box}
  html{-webkit-text-size-adjust:100%}
  body{margin:0 auto;max-width:76rem;padding:1.5rem clamp(.9rem,3vw,2rem) 4rem;color:var(--ink);
  background:var(--page);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;
  overflow-wrap:break-word}
  h1{font-size:clamp(1.5rem,4vw,2.1rem);line-height:1.2;margin:.1rem 0 .3rem}
  h2{font-size:1.3rem;margin:2.6rem 0 .6rem}
  h3{font-size:1rem;margin:0 0 .6rem}
  p{margin:.4rem 0;max-width:70ch}
  header p{color:var(--soft);margin:0}
  .program{text-transform:uppercase;letter-spacing:.08em;font-size:.78rem}
  nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;list-style:none;padding:.7rem 0;margin:0;
  border-bottom:1px solid var(--line)}
  a{color:var(--network);text-underline-offset:.2em}
  a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:2px solid var(--network);
  outline-offset:2px}
  .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(10.5rem,1fr));gap:.8rem;margin:0}
  .tile,figure,.table{background:var(--card);border:1px solid var(--line);border-radius:.6rem}
  .tile{padding:.8rem 1rem}
  .tile dt{color:var(--soft);font-size:.85rem}
  .tile dd{margin:0;font-size:1.7rem;font-weight:600;font-variant-numeric:tabular-nums}
  .tile .note{font-size:.8rem;font-weight:400;color:var(--soft);line-height:1.35}
  .notices{list-style:none;padding:0;margin:1rem 0 0;display:grid;gap:.6rem}
  .notices li{background:var(--warnback);border-left:.3rem solid var(--warn);padding:.6rem .9rem;
  border-radius:.3rem;max-width:80ch}
  .grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:1rem;
  margin:.8rem 0;align-items:start}
  figure{margin:0;padding:1rem 1rem .9rem;min-width:0}
  figcaption{color:var(--soft);font-size:.87rem;margin-top:.5rem}
  .chart{display:grid;grid-template-columns:1.3rem calc(var(--ticks,6)*1ch + .6rem) minmax(0,1fr);
  grid-template-rows:clamp(9rem,26vw,13.5rem) 1.4rem 1.3rem;font-size:.78rem;color:var(--soft);
  padding-right:1rem;font-variant-numeric:tabular-nums}
  .chart.square{grid-template-rows:auto 1.4rem 1.3rem;max-width:34rem}
  .chart.square svg,.chart .pixels{aspect-ratio:1;height:auto}
  .ylabel{writing-mode:vertical-rl;transform:rotate(180deg);text-align:center;white-space:nowrap}
  .yticks,.xticks{position:relative}
  .yticks span{position:absolute;right:.4rem;transform:translateY(50%);line-height:1;
  white-space:nowrap}
  .matrix .yticks span,.matrix .xticks span{overflow:hidden;text-overflow:ellipsis}
  .matrix .yticks span{max-width:6ch}
  .xticks{grid-column:3;margin-top:.3rem}
  .xticks span{position:absolute;transform:translateX(-50%);line-height:1;white-space:nowrap}
  .xlabel{grid-column:3;text-align:center}
  svg{display:block;width:100%;height:100%;overflow:hidden;border:1px solid var(--line)}
  path{fill:none;vector-effect:non-scaling-stroke;stroke-linejoin:round}
  .grid path.grid,path.grid{stroke:var(--line);stroke-width:1}
  path.line{stroke-width:1.6}
  path.points{stroke-width:4;stroke-linecap:round}
  path.dashed{stroke-dasharray:5 4}
  \(strokes)
  path.recorded{stroke-width:1.8}path.guide{stroke-width:1.2}
  path.line.network.dashed{stroke-width:2}
  path.bars{stroke-width:1;fill-opacity:.35}
  path.border{stroke:var(--soft);stroke-width:1}
  .legend{display:flex;flex-wrap:wrap;gap:.1rem 1rem;list-style:none;padding:0;margin:.3rem 0 0;
  font-size:.85rem}
  .key{display:inline-block;width:1.4rem;border-top:3px solid;vertical-align:.25em;
  margin-right:.4rem}
  .key.dashed{border-top-style:dashed;border-top-width:2px}
  .key.points{width:.4rem;height:.4rem;border:0;border-radius:50%;background:currentColor;
  vertical-align:.1em}
  .key.bars{width:.8rem;height:.7rem;border:1px solid;vertical-align:-.05em;
  background:color-mix(in srgb,currentColor 35%,transparent)}
  .pixels{position:relative;border:1px solid var(--line)}
  .pixels img{display:block;width:100%;height:100%;image-rendering:pixelated}
  .pixels svg{position:absolute;inset:0;border:0}
  .colours{display:flex;gap:.5rem;align-items:center;font-size:.8rem;color:var(--soft);
  padding-left:1.9rem;max-width:34rem}
  .ramp{flex:1;height:.7rem;border-radius:.2rem;
  background:linear-gradient(90deg,\(Palette.negative),transparent,\(Palette.positive))}
  code{white-space:nowrap;font:.92em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
  .table{margin:.8rem 0;overflow:hidden}
  .caption{margin:0;max-width:none;padding:.6rem .9rem;color:var(--soft);font-size:.87rem}
  .scroll{overflow-x:auto;background:\
  linear-gradient(90deg,var(--card) 30%,transparent) 0 0/2.5rem 100% no-repeat local,\
  linear-gradient(270deg,var(--card) 30%,transparent) 100% 0/2.5rem 100% no-repeat local,\
  linear-gradient(90deg,#8886,transparent) 0 0/.8rem 100% no-repeat,\
  linear-gradient(270deg,#8886,transparent) 100% 0/.8rem 100% no-repeat}
  table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
  th,td{padding:.35rem .9rem;text-align:right;border-top:1px solid var(--line);
  overflow-wrap:normal}
  th:first-child{text-align:left}
  thead th{color:var(--soft);font-weight:500;border-top:0;vertical-align:bottom}
  tbody th{font-weight:500;min-width:4.5rem;overflow-wrap:break-word}
  .numbers td{white-space:nowrap}
  .words td{overflow-wrap:anywhere}
  .words td,.words th{text-align:left}
  details{margin:.6rem 0}
  summary{cursor:pointer;color:var(--network)}
  @media(max-width:30rem){.chart{padding-right:.8rem}nav ul{gap:.1rem .9rem;font-size:.87rem}
  .tiles{grid-template-columns:repeat(auto-fit,minmax(7rem,1fr));gap:.5rem}
  .tile{padding:.5rem .7rem}.tile dd{font-size:1.35rem}.tile .note{font-size:.74rem}
  h2{margin-top:1.8rem}table{font-size:.76rem}th,td{padding:.35rem .3rem}
  tbody th{min-width:2.6rem}th:first-child,.caption{padding-left:.7rem}
  td:last-child,th:last-child{padding-right:.7rem}}
  @media print{body{background:none;max-width:none}nav,summary{display:none}
  figure,.tile{break-inside:avoid}}
  """

/// The palette's colours as CSS variables.
private func colors(_ shade: (Palette.Meaning) -> String) -> String {
  Palette.Meaning.allCases.map { "--\($0.rawValue):\(shade($0))" }.joined(separator: ";")
}

/// The colour of each meaning, on paths and on the keys of legends.
private let strokes = Palette.Meaning.allCases.map { meaning in
  let name = meaning.rawValue
  return "path.\(name){stroke:var(--\(name))}.key.\(name){color:var(--\(name))}"
    + "path.bars.\(name){fill:var(--\(name))}"
}.joined()
