internal import Foundation
internal import Reports

extension StudyReport {
  /// The figures, by file name: time, efficiency and phases.
  package var figures: [(name: String, svg: String)] {
    guard let reference else { return [] }
    let notes = [job, "reference: \(reference.label) (ranks × threads)"]
    return [
      ("time.svg", timeChart(notes).svg), ("efficiency.svg", efficiencyChart(notes).svg),
      ("phases.svg", phaseBars(notes)),
    ]
  }

  private func color(_ index: Int) -> String {
    Palette.categories[index % Palette.categories.count]
  }

  /// Of a phase; what is in none of them has no colour of its own.
  private func color(_ phase: String, _ index: Int) -> String {
    phase == "other" ? Palette.light(.persistence) : color(index)
  }

  private func shape(_ threads: Int) -> String { "\(counted(threads, "thread")) a rank" }

  private var threadCounts: [Int] { Set(measured.map(\.point.threads)).sorted() }

  private func timeChart(_ notes: [String]) -> Chart {
    var series: [Chart.Series] = []
    for (index, threads) in threadCounts.enumerated() {
      let rows = measured.filter { $0.point.threads == threads }
      series.append(
        Chart.Series(
          label: "measured, \(shape(threads)) (bars: least to most)", style: .measured,
          color: color(index),
          marks: rows.map {
            Chart.Mark(
              x: Double($0.point.cores), y: $0.seconds, least: $0.least, most: $0.most)
          }))
      if let law = laws.first(where: { $0.threads == threads })?.law {
        series.append(
          Chart.Series(
            label: "fitted law T(p), \(shape(threads))", style: .law, color: color(index),
            marks: rows.map {
              Chart.Mark(x: Double($0.point.cores), y: law.seconds(Double($0.point.ranks)))
            }))
      }
      let guesses = predicted.filter { $0.point.threads == threads }
      if !guesses.isEmpty {
        series.append(
          Chart.Series(
            label: "PREDICTED by ganglion plan, \(shape(threads))", style: .predicted,
            color: Palette.light(.predicted),
            marks: guesses.map { Chart.Mark(x: Double($0.point.cores), y: $0.seconds) }))
      }
    }
    if let first = measured.first {
      let cores = Set(measured.map(\.point.cores)).sorted()
      series.append(
        Chart.Series(
          label: "ideal", style: .ideal, color: SVG.guide,
          marks: cores.map {
            let growth = Double($0) / Double(first.point.cores)
            return Chart.Mark(
              x: Double($0), y: kind == .strong ? first.seconds / growth : first.seconds)
          }))
    }
    return Chart(
      title: "Time, \(kind.rawValue) scaling", notes: notes, yLabel: "seconds",
      isLogarithmic: true, series: series)
  }

  private func efficiencyChart(_ notes: [String]) -> Chart {
    Chart(
      title: "Efficiency, \(kind.rawValue) scaling", notes: notes, yLabel: "efficiency",
      isLogarithmic: false,
      series: threadCounts.enumerated().map { index, threads in
        Chart.Series(
          label: "measured, \(shape(threads))", style: .measured, color: color(index),
          marks: measured.filter { $0.point.threads == threads }.map {
            Chart.Mark(x: Double($0.point.cores), y: $0.efficiency)
          })
      }, level: (0.7, "70 %"))
  }

  /// A bar a job: the phases' mean seconds, stacked, and what is in none of them.
  private func phaseBars(_ notes: [String]) -> String {
    let (left, top, floor) = (62.0, 60.0, 348.0)
    let names = phaseNames + ["other"]
    let labels = measured.map { SVG.width(of: $0.point.label) + 8 }.max() ?? 0
    let step = max(46, labels, min(110, 480 / Double(max(1, measured.count))))
    let legend = left + step * Double(measured.count) + 12
    let words = names.map(SVG.width(of:)).max() ?? 0
    var svg = SVG(
      width: max(560, legend + 24 + words),
      height: max(402, top + 16 * Double(names.count) + 8))
    svg.head("Phases, measured, mean over ranks", notes, x: left)
    let scale = Scale(0, measured.map(\.seconds).max() ?? 1)
    for (index, row) in measured.enumerated() {
      let x = left + step * (Double(index) + 0.15)
      var bottom = floor
      var rest = row.seconds
      for (number, name) in names.enumerated() {
        let own = row.phases.first { $0.name == name }?.mean ?? 0
        let seconds = name == "other" ? max(0, rest) : own
        rest -= own
        let height = (scale.place(seconds) ?? 0) * (floor - top - 16)
        bottom -= height
        svg.bar(x: x, y: bottom, width: step * 0.7, height: height, color: color(name, number))
      }
      let middle = x + step * 0.35
      svg.write(row.point.label, x: middle, y: floor + 16, anchor: "middle")
      svg.write(short(row.seconds), x: middle, y: bottom - 4, anchor: "middle")
    }
    svg.write("ranks × threads", x: left, y: floor + 36)
    svg.line([(left, top), (left, floor)], color: SVG.axis, width: 1)
    let ticks = scale.ticks()
    svg.write(
      ticks.axisLabel("seconds"), x: 14, y: (top + floor) / 2, anchor: "middle", turned: true)
    for (value, label) in zip(ticks.values, ticks.labels) {
      let place = floor - (scale.place(value) ?? 0) * (floor - top - 16)
      svg.line([(left - 4, place), (left, place)], color: SVG.axis, width: 1)
      svg.write(label, x: left - 7, y: place + 4, anchor: "end")
    }
    for (number, name) in names.reversed().enumerated() {
      let y = top + 16 * Double(number)
      svg.bar(x: legend, y: y, width: 10, height: 10, color: color(name, names.count - 1 - number))
      svg.write(name, x: legend + 16, y: y + 9)
    }
    return svg.text
  }
}
