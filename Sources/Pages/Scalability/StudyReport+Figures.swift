internal import Charts
internal import Wording

extension StudyReport {
  /// The figures, by file name: time, efficiency and phases.
  package var figures: [(name: String, svg: String)] {
    guard let reference else { return [] }
    let notes = [job, "reference: \(reference.label) (ranks × threads)"]
    return [
      ("time.svg", timeChart(notes).svg), ("efficiency.svg", efficiencyChart(notes).svg),
      (
        "phases.svg", PhaseBars(notes: notes, rows: measured, names: phaseNames + ["other"]).svg
      ),
    ]
  }

  private func shape(_ threads: Int) -> String { "\(counted(threads, "thread")) a rank" }

  private var threadCounts: [Int] { Set(measured.map(\.point.threads)).sorted() }

  private func timeChart(_ notes: [String]) -> CoresChart {
    var series: [CoresChart.Series] = []
    for (index, threads) in threadCounts.enumerated() {
      let rows = measured.filter { $0.point.threads == threads }
      series.append(
        CoresChart.Series(
          label: "measured, \(shape(threads)) (bars: least to most)", style: .measured,
          color: Palette.category(index),
          marks: rows.map {
            CoresChart.Mark(
              x: Double($0.point.cores), y: $0.seconds, least: $0.least, most: $0.most)
          }))
      if let law = laws.first(where: { $0.threads == threads })?.law {
        series.append(
          CoresChart.Series(
            label: "fitted law T(p), \(shape(threads))", style: .law,
            color: Palette.category(index),
            marks: rows.map {
              CoresChart.Mark(x: Double($0.point.cores), y: law.seconds(Double($0.point.ranks)))
            }))
      }
      let guesses = predicted.filter { $0.point.threads == threads }
      if !guesses.isEmpty {
        series.append(
          CoresChart.Series(
            label: "PREDICTED by ganglion plan, \(shape(threads))", style: .predicted,
            color: Palette.light(.predicted),
            marks: guesses.map { CoresChart.Mark(x: Double($0.point.cores), y: $0.seconds) }))
      }
    }
    if let first = measured.first {
      let cores = Set(measured.map(\.point.cores)).sorted()
      series.append(
        CoresChart.Series(
          label: "ideal", style: .ideal, color: Palette.light(.guide),
          marks: cores.map {
            let growth = Double($0) / Double(first.point.cores)
            return CoresChart.Mark(
              x: Double($0), y: kind == .strong ? first.seconds / growth : first.seconds)
          }))
    }
    return CoresChart(
      title: "Time, \(kind.rawValue) scaling", notes: notes, yLabel: "seconds",
      yScale: .logarithmic, series: series)
  }

  private func efficiencyChart(_ notes: [String]) -> CoresChart {
    CoresChart(
      title: "Efficiency, \(kind.rawValue) scaling", notes: notes, yLabel: "efficiency",
      unit: " %", yScale: .linear(110),
      series: threadCounts.enumerated().map { index, threads in
        CoresChart.Series(
          label: "measured, \(shape(threads))", style: .measured, color: Palette.category(index),
          marks: measured.filter { $0.point.threads == threads }.map {
            CoresChart.Mark(x: Double($0.point.cores), y: 100 * $0.efficiency)
          })
      }, level: (70, "70 %"))
  }
}
