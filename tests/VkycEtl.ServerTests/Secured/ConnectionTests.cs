using System.Net;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Secured;

/// <summary>Receiver and worker as processes, by each way into a secured broker, with settings alone and no right but those they need.</summary>
public sealed class ConnectionTests(SecuredKafka secured, PostgresServer postgres)
{
    [Theory]
    [InlineData("TLS")]
    [InlineData("MUTUAL")]
    [InlineData("PLAIN")]
    [InlineData("SCRAM-SHA-256")]
    [InlineData("SCRAM-SHA-512")]
    public async Task A_webhook_becomes_a_row(string way)
    {
        var world = await SecuredWorld.CreateAsync(secured, postgres);
        var (receiverUser, receiverClient) = await ClientAsync(way, "receiver");
        var (workerUser, workerClient) = await ClientAsync(way, "worker");
        await world.AllowReceiverAsync(receiverUser);
        await world.AllowWorkerAsync(workerUser);

        await using var receiver = world.StartReceiver(receiverClient);
        await receiver.AwaitReadyAsync();
        await using var worker = world.StartWorker(workerClient, ("Logging:LogLevel:Default", "Debug"), ("Kafka:Client:debug", "all"));
        Assert.Equal(HttpStatusCode.OK, await receiver.SendAsync());
        await world.Scenario.AwaitRowsAsync(() => receiver.Process.Output, atLeast: 1);

        Assert.Equal(0, await worker.TerminateAsync());
        Assert.Equal(0, await receiver.Process.TerminateAsync());
        Assert.Contains("librdkafka", worker.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(SecuredKafka.Password, worker.Output + receiver.Process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\"LogLevel\":\"Error\"", worker.Output + receiver.Process.Output, StringComparison.Ordinal);
    }

    private async Task<(string User, Dictionary<string, string> Client)> ClientAsync(string way, string name)
    {
        await secured.GetAsync(TestContext.Current.CancellationToken);
        switch (way)
        {
            case "TLS":
                return ("ANONYMOUS", secured.Tls());
            case "MUTUAL":
                return (name, secured.MutualTls(name));
            case "PLAIN":
                return (SecuredKafka.PlainUser, secured.Sasl("PLAIN", SecuredKafka.PlainUser));
            default:
                var user = await secured.CreateUserAsync(name);
                return (user, secured.Sasl(way, user));
        }
    }
}
