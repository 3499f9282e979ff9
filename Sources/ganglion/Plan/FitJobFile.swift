internal import Foundation
internal import Planning
internal import Recordings
internal import Results
internal import Wording

/// A job file for Slurm that fits one recording, with the nodes, memory and time of a plan.
///
/// It hands over to `Jobs/fit-recording.sbatch`, which starts the ranks and survives the time
/// limit; the lines of `#SBATCH` are its own.
struct FitJobFile {
  /// As the job names it.
  let recording: String
  let plan: FitPrediction
  /// What the fit chooses, as the flags are called that would give it.
  let chosen: [String]
  /// Where the figures of the machine come from.
  let machine: String
  /// What the fit is told beyond its files.
  let flags: [String]
  /// The folder of the job files that come with the program.
  let jobs: String

  /// What is asked for beyond the prediction: twice the time and ten minutes more, as predictions
  /// were within a fifth on quiet machines and half the speed was seen on shared ones; a quarter
  /// of the memory and 2 GB a node, for MPI, file caches and what memory was short by
  /// (Benchmarks/results/cluster/plan.md).
  private static let margin = (times: 2.0, minutes: 10.0, memory: 1.25, gigabytes: 2.0)

  private var minutes: Int {
    Int((Self.margin.times * plan.total / 60 + Self.margin.minutes).rounded(.up))
  }

  /// GB of a node.
  var memory: Int {
    Int((Self.margin.memory * plan.plan.nodeBytes / 1e9 + Self.margin.gigabytes).rounded(.up))
  }

  /// What is asked for, and why so much.
  var summary: String {
    let (predicted, margin) = (plan.plan.nodeBytes / 1e9, Self.margin)
    return """
      \(minutes) min (predicted \(short(plan.total / 60)), times \(asGiven(margin.times)) and \
      \(asGiven(margin.minutes)) min more), \(memory) GB a node (predicted \(short(predicted)), \
      times \(asGiven(margin.memory)) and \(asGiven(margin.gigabytes)) GB more)
      """
  }

  /// What is chosen, and what of the predicted time that takes.
  private var selection: String {
    guard !chosen.isEmpty else { return "nothing, as all of it is given" }
    return "\(chosen.joined(separator: ", ")), which takes"
      + " \(short(plan.seconds(plan.plan[.select]) / 60)) min of the predicted time"
  }

  /// The file.
  var text: String {
    let job = plan.plan.job
    let words = [recording, NextStep.file(beside: recording, "-model.h5")] + flags
    return """
      #!/bin/bash
      # Fits the recording below: sbatch THIS-FILE [more flags of `ganglion fit`]
      # Written by ganglion \(Provenance.version) (commit \(Provenance.commit)) for \(job).
      # Asked for: \(summary).
      # Chosen by the fit: \(selection).
      # Machine: \(machine).

      #SBATCH --job-name=ganglion-fit
      #SBATCH --nodes=\(job.nodes)
      #SBATCH --ntasks-per-node=\(job.ranksPerNode)
      #SBATCH --cpus-per-task=\(job.threads)
      #SBATCH --mem=\(memory)G
      #SBATCH --time=\(minutes)
      # Fill in what your site asks for, and take the second # away:
      ##SBATCH --account=ACCOUNT
      ##SBATCH --partition=PARTITION
      #SBATCH --output=ganglion-fit-%j.log
      #SBATCH --open-mode=append
      # Before the time is up the fit writes a checkpoint, and the job goes back into the queue.
      #SBATCH --signal=B:USR1@120
      #SBATCH --requeue

      # module load openmpi hdf5-parallel openblas

      # The job files as this machine has them: GANGLION_JOBS names them, else they are where
      # this file was written, or come with the program on the PATH.
      program=$(realpath "$(command -v "${GANGLION:-ganglion}")" 2>/dev/null)
      for jobs in "$GANGLION_JOBS" \(quoted(jobs)) \\
        "${program%/bin/*}/share/ganglion/Jobs" "${program%%/.build/*}/Jobs"; do
        [[ ! -e $jobs/fit-recording.sbatch ]] || break
      done
      [[ -e $jobs/fit-recording.sbatch ]] || {
        echo "no job files of Ganglion on this machine: GANGLION_JOBS names their folder" >&2
        exit 66
      }
      export GANGLION_JOBS=$jobs
      exec bash "$GANGLION_JOBS/fit-recording.sbatch" \\
        \(words.map { quoted($0) }.joined(separator: " ")) "$@"

      """
  }
}
