extension RecordingRequest {
  /// Seconds from frame to frame as the flags say; nil if they do not.
  var frameTime: Double? { dt ?? rate.map { 1 / $0 } }

  /// The seconds that a frame, or a bin, may last: a microsecond to a month.
  package static let frameTimes = 1e-6...2.6e6

  /// Refuses frame times that no recording has.
  ///
  /// - Throws: `RecordingError` (64) with the flag and what is expected.
  func requireUsualFrame() throws {
    let flags = [
      ("--dt", dt, "seconds"), ("--bin", bin, "seconds"),
      ("--rate", rate, "frames a second"),
    ]
    for (flag, value, unit) in flags {
      guard let value else { continue }
      let seconds = flag == "--rate" ? 1 / value : value
      guard Self.frameTimes.contains(seconds) else {
        throw RecordingError.usage(
          "\(flag) is \(value), expected \(unit) such that a frame lasts 1e-6 to 2.6e6 s")
      }
    }
  }
}

/// Refuses a frame time that a file gives and that cannot be, such as a period that is called
/// a rate; a file of ours, and bins that were asked for, are as they were asked for.
func requireUsualRate(_ plan: RecordingPlan) throws {
  if case .spikes = plan.layout { return }
  guard let dt = plan.dt, !plan.hasOwnTimes, plan.format != HDF5Format.own.rawValue,
    !PlausibleFrame.seconds.contains(dt)
  else { return }
  throw RecordingError.usage(
    "\(plan.path): by the file a frame lasts \(shortest(dt)) s, which cannot be right: give --dt or"
      + " --rate (--dt \(shortest(dt)) if it is)")
}

/// Makes sure that there is one time stamp a frame.
///
/// Stamps that the user did not name give way to a frame time that the user gives.
///
/// - Throws: `RecordingError` (65) with what to give.
func settleLength(
  _ plan: inout RecordingPlan, _ tables: inout RecordingTables, _ request: RecordingRequest
) throws {
  let count = tables.times.count
  guard count > 0, count != plan.frames else { return }
  let stamps = "\(count) time stamps for \(plan.frames) frames"
  if request.timestamps == nil, let dt = request.frameTime {
    plan.notes.append("\(stamps): they are left out, and frames of \(shortest(dt)) s counted")
    tables.times = []
    return
  }
  var advice =
    request.timestamps == nil
    ? "give --dt or --rate, and the frames are counted instead"
    : "leave --timestamps out and give --dt or --rate, and the frames are counted instead"
  if isHDF5(plan.path), let catalog = try? HDF5Catalog.open(plan.path) {
    let others = catalog.clocks(of: plan.frames)
    if !others.isEmpty {
      advice = "give --timestamps \(others.joined(separator: " or ")); or " + advice
    }
  }
  throw RecordingError.badData("\(plan.path): \(stamps): \(advice)")
}
