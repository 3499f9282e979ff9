package import Foundation

/// What one run of a study measured: its `timings`, as `fit` and `train` log them.
package struct RunMeasurement: Sendable, Equatable {
  /// Time of a phase over ranks.
  package struct Phase: Codable, Sendable, Equatable {
    package var name: String
    package var mean: Double
    package var most: Double
  }

  /// The ranks and threads that it ran with.
  package var point: StudyPoint
  /// From the start of the ranks to the end of the work, on the slowest one.
  package var seconds: Double
  package var phases: [Phase]
  /// Seconds of each rank inside MPI.
  package var communication: [Double]
  package var hosts: Int
  package var isOversubscribed: Bool
  /// Peak of the largest rank.
  package var memoryBytes: Double

  package init(
    point: StudyPoint, seconds: Double, phases: [Phase], communication: [Double], hosts: Int,
    isOversubscribed: Bool, memoryBytes: Double
  ) {
    self.point = point
    self.seconds = seconds
    self.phases = phases
    self.communication = communication
    self.hosts = hosts
    self.isOversubscribed = isOversubscribed
    self.memoryBytes = memoryBytes
  }

  /// Reads the log of a run: the last `timings` in it; nil if there is none.
  package init?(log: Data) {
    struct Event: Decodable {
      let event: String
      let total_s: Double
      let ranks: Int
      let threads: Int
      let hosts: Int
      let oversubscribed: Bool
      let phases: [String]
      let mean_s: [Double]
      let most_s: [Double]
      let communication_s: [Double]
      let memory_bytes: [Double]
    }
    let events = log.split(separator: UInt8(ascii: "\n")).compactMap {
      try? JSONDecoder().decode(Event.self, from: $0)
    }
    guard let event = events.last(where: { $0.event == "timings" }),
      event.mean_s.count == event.phases.count, event.most_s.count == event.phases.count
    else { return nil }
    self.init(
      point: StudyPoint(ranks: event.ranks, threads: event.threads), seconds: event.total_s,
      phases: event.phases.indices.map {
        Phase(name: event.phases[$0], mean: event.mean_s[$0], most: event.most_s[$0])
      }, communication: event.communication_s, hosts: event.hosts,
      isOversubscribed: event.oversubscribed, memoryBytes: event.memory_bytes.max() ?? 0)
  }

  /// Share of the time that ranks spend inside MPI, on average and at most.
  var communicationShare: (mean: Double, most: Double) {
    guard seconds > 0, !communication.isEmpty else { return (0, 0) }
    let mean = communication.reduce(0, +) / Double(communication.count)
    return (mean / seconds, (communication.max() ?? 0) / seconds)
  }

  /// `(max − mean) / mean` of the time that ranks work, which is what they do not communicate.
  var imbalance: Double {
    let work = communication.map { max(0, seconds - $0) }
    let mean = work.reduce(0, +) / Double(max(1, work.count))
    return mean > 0 ? ((work.max() ?? 0) - mean) / mean : 0
  }
}
