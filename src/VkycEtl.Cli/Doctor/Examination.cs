using System.Globalization;
using VkycEtl.Cli.Settings;
using VkycEtl.Cli.Verbs;
using VkycEtl.Pipeline.Load;

namespace VkycEtl.Cli.Doctor;

/// <summary>Which roles' needs are looked at.</summary>
internal enum Patient
{
    /// <summary>Both.</summary>
    All,

    /// <summary>A machine with a receiver, which has no warehouse credential.</summary>
    Receiver,

    /// <summary>A machine with a worker.</summary>
    Worker,
}

/// <summary>What is examined, and where.</summary>
/// <param name="Context">Clock and console.</param>
/// <param name="Settings">The settings of the process whose things are looked at.</param>
/// <param name="Directory">DIR.</param>
/// <param name="Patient">Whose needs.</param>
/// <param name="HasBrokerInside">Whether the broker is the embedded one.</param>
internal sealed record Case(VerbContext Context, VkycSettings Settings, Ownership.DataDirectory Directory, Patient Patient, bool HasBrokerInside)
{
    public bool ConcernsReceiver => Patient is Patient.All or Patient.Receiver;

    public bool ConcernsWorker => Patient is Patient.All or Patient.Worker;
}

/// <summary>All checks, in the order of the data's way. One that breaks is itself a finding, and the others go on.</summary>
internal static class Examination
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Examines everything that can be reached.</summary>
    /// <param name="what">What, and for whom.</param>
    /// <param name="warehouse">The warehouse, or null.</param>
    /// <param name="noWarehouse">Why there is no warehouse.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<IReadOnlyList<Finding>> RunAsync(Case what, IWarehouse? warehouse, Finding? noWarehouse, CancellationToken cancellationToken)
    {
        var findings = new List<Finding> { Finding.Ok("settings", "values", "all sections, keys and values are known and fit together") };
        if (what.ConcernsReceiver)
            findings.AddRange(ReceiverChecks.Run(what));
        var (kafka, standing) = await KafkaAsync(what, warehouse, cancellationToken);
        findings.AddRange(kafka);
        if (what.ConcernsWorker)
        {
            if (warehouse is not null)
            {
                findings.AddRange(await GuardAsync("warehouse", token => WarehouseChecks.RunAsync(what, warehouse, token), cancellationToken));
                if (findings.Exists(finding => finding is { Subject: "warehouse", Check: "migrations", Health: Health.Ok }))
                    findings.AddRange(await GuardAsync("ledger", token => LedgerChecks.RunAsync(what, warehouse, standing, token), cancellationToken));
                else
                    findings.Add(Finding.Skipped("ledger", "progress", "needs a warehouse that is migrated"));
            }
            else
            {
                findings.Add(noWarehouse!);
                findings.Add(Finding.Skipped("ledger", "progress", "needs the warehouse"));
            }

            findings.AddRange(PublicationChecks.Run(what));
        }

        findings.AddRange(MachineChecks.Run(what));
        return findings;
    }

    private static async Task<(IReadOnlyList<Finding> Findings, Hosting.TopicStanding? Standing)> KafkaAsync(
        Case what, IWarehouse? warehouse, CancellationToken cancellationToken)
    {
        if (what.HasBrokerInside)
            return ([Finding.Warning("broker", "embedded", "the broker inside 'vkyc up' keeps events in memory only", "for anything but trying out, set Kafka:BootstrapServers to a real Kafka")], null);
        if (what.Settings.Kafka.BootstrapServers.Length == 0)
            return ([Finding.Warning("broker", "address", "Kafka:BootstrapServers is empty: only 'vkyc up' can run, with a broker inside", "set it (VKYC_Kafka__BootstrapServers=host:9092)")], null);
        Hosting.TopicStanding? standing = null;
        var findings = await GuardAsync("broker", async token => await KafkaChecks.RunAsync(what, warehouse, found => standing = found, token), cancellationToken);
        return (findings, standing);
    }

    private static async Task<IReadOnlyList<Finding>> GuardAsync(string subject, Func<CancellationToken, Task<IReadOnlyList<Finding>>> check, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            return await check(patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [Finding.Fault(subject, "answer", string.Create(CultureInfo.InvariantCulture, $"no answer within {Patience.TotalSeconds:0} s"), "look whether it is up, and whether something holds it")];
        }
        catch (Exception fault) when (Faults.Judge(fault) is { Code: not ExitCode.Ours } judged)
        {
            return
            [
                judged.Code == ExitCode.Unreachable
                    ? Finding.Fault(subject, "reach", judged.Message, "start it, or correct its address in the settings")
                    : Finding.Fault(subject, "reach", judged.Message),
            ];
        }
    }
}
