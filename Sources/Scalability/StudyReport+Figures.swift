internal import Foundation

extension StudyReport {
  /// The figures, by file name: time, efficiency and phases.
  package var figures: [(name: String, svg: String)] {
    guard let reference else { return [] }
    let note = "\(job.count > 70 ? job.prefix(69) + "…" : job); reference \(reference.label)"
    return [
      ("time.svg", timeChart(note).svg), ("efficiency.svg", efficiencyChart(note).svg),
      ("phases.svg", phaseBars(note)),
    ]
  }

  private static let colors = [
    "#d1603d", "#2f6690", "#3a9d79", "#c79a2b", "#8a5a9e", "#5c6670", "#e3a48e", "#8fb3d1",
    "#9fd3bf", "#222831",
  ]

  private func color(_ index: Int) -> String { Self.colors[index % Self.colors.count] }

  private var threadCounts: [Int] { Set(measured.map(\.point.threads)).sorted() }

  private func timeChart(_ note: String) -> Chart {
    var series: [Chart.Series] = []
    for (index, threads) in threadCounts.enumerated() {
      let rows = measured.filter { $0.point.threads == threads }
      series.append(
        Chart.Series(
          label: "measured, \(threads) threads a rank (bars: least to most)", style: .measured,
          color: color(index),
          marks: rows.map {
            Chart.Mark(
              x: Double($0.point.cores), y: $0.seconds, least: $0.least, most: $0.most)
          }))
      if let law = laws.first(where: { $0.threads == threads })?.law {
        series.append(
          Chart.Series(
            label: "fitted law T(p), \(threads) threads a rank", style: .law, color: color(index),
            marks: rows.map {
              Chart.Mark(x: Double($0.point.cores), y: law.seconds(Double($0.point.ranks)))
            }))
      }
      let guesses = predicted.filter { $0.point.threads == threads }
      if !guesses.isEmpty {
        series.append(
          Chart.Series(
            label: "PREDICTED by ganglion plan, \(threads) threads a rank", style: .predicted,
            color: "#5c6670",
            marks: guesses.map { Chart.Mark(x: Double($0.point.cores), y: $0.seconds) }))
      }
    }
    if let first = measured.first {
      let cores = Set(measured.map(\.point.cores)).sorted()
      series.append(
        Chart.Series(
          label: "ideal", style: .ideal, color: "#9aa5b1",
          marks: cores.map {
            let growth = Double($0) / Double(first.point.cores)
            return Chart.Mark(
              x: Double($0), y: kind == .strong ? first.seconds / growth : first.seconds)
          }))
    }
    return Chart(
      title: "Time, \(kind.rawValue) scaling", note: note, yLabel: "seconds",
      isLogarithmic: true, series: series)
  }

  private func efficiencyChart(_ note: String) -> Chart {
    Chart(
      title: "Efficiency, \(kind.rawValue) scaling", note: note, yLabel: "efficiency",
      isLogarithmic: false,
      series: threadCounts.enumerated().map { index, threads in
        Chart.Series(
          label: "measured, \(threads) threads a rank", style: .measured, color: color(index),
          marks: measured.filter { $0.point.threads == threads }.map {
            Chart.Mark(x: Double($0.point.cores), y: $0.efficiency)
          })
      }, level: (0.7, "70 %"))
  }

  /// A bar a job: the phases' mean seconds, stacked, and what is in none of them.
  private func phaseBars(_ note: String) -> String {
    let (left, top, floor) = (62.0, 48.0, 336.0)
    let step = max(46, min(110, 480 / Double(measured.count)))
    let width = left + step * Double(measured.count) + 140
    var svg = SVG(width: max(420, width), height: 390)
    svg.write("Phases, measured, mean over ranks", x: left, y: 20, bold: true)
    svg.write(note, x: left, y: 36)
    let most = measured.map(\.seconds).max() ?? 1
    let names = phaseNames + ["other"]
    for (index, row) in measured.enumerated() {
      let x = left + step * (Double(index) + 0.15)
      var bottom = floor
      var rest = row.seconds
      for (number, name) in names.enumerated() {
        let own = row.phases.first { $0.name == name }?.mean ?? 0
        let seconds = name == "other" ? max(0, rest) : own
        rest -= own
        let height = seconds / most * (floor - top)
        bottom -= height
        svg.bar(x: x, y: bottom, width: step * 0.7, height: height, color: color(number))
      }
      let middle = x + step * 0.35
      svg.write(row.point.label, x: middle, y: floor + 16, anchor: "middle")
      svg.write(
        String(format: row.seconds < 10 ? "%.2f" : "%.0f", row.seconds), x: middle,
        y: bottom - 4, anchor: "middle")
    }
    svg.write("ranks × threads", x: left, y: floor + 36)
    svg.write("seconds", x: 14, y: (top + floor) / 2, anchor: "middle", turned: true)
    svg.line([(left, top), (left, floor)], color: "#9aa5b1", width: 1)
    for share in [0.0, 0.5, 1.0] {
      svg.write(
        String(format: "%.3g", share * most), x: left - 6, y: floor - share * (floor - top) + 4,
        anchor: "end")
    }
    let legend = left + step * Double(measured.count) + 12
    for (number, name) in names.reversed().enumerated() {
      let y = top + 16 * Double(number)
      svg.bar(x: legend, y: y, width: 10, height: 10, color: color(names.count - 1 - number))
      svg.write(name, x: legend + 16, y: y + 9)
    }
    return svg.text
  }
}
