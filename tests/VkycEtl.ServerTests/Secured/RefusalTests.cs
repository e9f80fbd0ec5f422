using VkycEtl.ServerTests.Receiver;
using VkycEtl.ServerTests.Servers;

namespace VkycEtl.ServerTests.Secured;

/// <summary>What a person reads where the broker does not let the client in, or the client does not trust the broker: one line with the cure.</summary>
public sealed class RefusalTests(SecuredKafka secured, PostgresServer postgres)
{
    private const string Strange = "another-s3cret";

    [Theory]
    [InlineData("wrong password", "Check Kafka:Client:sasl.username, sasl.password")]
    [InlineData("unknown user", "Kafka does not let User:nobody in")]
    [InlineData("mechanism of another user", "sasl.mechanism")]
    [InlineData("SASL on a listener without", "is a SASL listener")]
    [InlineData("broker not trusted", "Check that Kafka:Client:ssl.ca.location holds the authority")]
    [InlineData("host name differs", "names the brokers as their certificates do")]
    public async Task Who_is_not_let_in_at_the_start_ends_with_one_line_and_4(string fault, string cure)
    {
        var client = await ClientAsync(fault);
        var world = await SecuredWorld.CreateAsync(secured, postgres, hasTopic: false);
        await using var receiver = world.StartReceiver(client);
        await using var worker = world.StartWorker(client);
        foreach (var process in (VkycProcess[])[receiver.Process, worker])
        {
            Assert.Equal(4, await process.WaitForExitAsync());
            var line = Assert.Single(process.Output.Split('\n'), line => line.StartsWith("vkyc: ", StringComparison.Ordinal));
            Assert.Contains(cure, line, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", process.Output, StringComparison.Ordinal);
            Assert.DoesNotContain(Strange, process.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("no client certificate", "whether it asks for a client certificate")]
    [InlineData("client certificate refused", "that the brokers trust this client's certificate")]
    [InlineData("plain text to TLS", "set Kafka:Client:security.protocol")]
    [InlineData("TLS to plain text", "that the listener speaks TLS")]
    [InlineData("nobody there", "Connection refused")]
    public async Task Who_gets_no_answer_asks_on_and_says_so_once(string fault, string cure)
    {
        var client = await ClientAsync(fault);
        var world = await SecuredWorld.CreateAsync(secured, postgres, hasTopic: false);
        await using var receiver = world.StartReceiver(client);
        await using var worker = world.StartWorker(client);
        await SecuredWorld.AwaitLineAsync(worker, "try 2");
        await SecuredWorld.AwaitLineAsync(receiver.Process, "cannot be used");
        foreach (var process in (VkycProcess[])[receiver.Process, worker])
        {
            Assert.Contains(cure, process.Output, StringComparison.Ordinal);
            Assert.False(process.HasExited);
        }

        Assert.False(await receiver.IsReadyAsync());
        Assert.InRange(Lines(receiver.Process, "\"EventId\":1005"), 0, 2);
        Assert.InRange(Lines(worker, "\"EventId\":2021"), 0, 2);
    }

    [Theory]
    [InlineData("wrong key password", "ssl.key.password")]
    [InlineData("no such file", "Kafka:Client:ssl.ca.location = /not/there.pem: there is no such file")]
    [InlineData("empty password file", "the file is empty")]
    public async Task A_file_that_does_not_do_is_a_fault_of_the_settings(string fault, string cure)
    {
        var client = await ClientAsync(fault);
        var (process, _) = ReceiverUnderTest.Launch(await secured.GetAsync(TestContext.Current.CancellationToken), "raw", [.. client.Select(setting => (setting.Key, setting.Value))]);
        await using (process)
        {
            Assert.Equal(2, await process.WaitForExitAsync());
            Assert.Contains(cure, process.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", process.Output, StringComparison.Ordinal);
        }
    }

    private async Task<Dictionary<string, string>> ClientAsync(string fault)
    {
        await secured.GetAsync(TestContext.Current.CancellationToken);
        switch (fault)
        {
            case "wrong password":
                return secured.Sasl("SCRAM-SHA-512", await secured.CreateUserAsync("someone"), Strange);
            case "unknown user":
                return secured.Sasl("SCRAM-SHA-512", "nobody", Strange);
            case "mechanism of another user":
                return secured.Sasl("PLAIN", await secured.CreateUserAsync("someone"), Strange);
            case "SASL on a listener without":
                return With(secured.Sasl("PLAIN", SecuredKafka.PlainUser), "Kafka:BootstrapServers", secured.Address("TLS"));
            case "broker not trusted":
                return With(secured.Tls(), "Kafka:Client:ssl.ca.location", secured.StrangerFile);
            case "host name differs":
                return secured.Tls("MISNAMED");
            case "no client certificate":
                return secured.Tls("MUTUAL");
            case "client certificate refused":
                return secured.MutualTls("receiver", isStranger: true);
            case "plain text to TLS":
                return new(StringComparer.Ordinal) { ["Kafka:BootstrapServers"] = secured.Address("TLS") };
            case "TLS to plain text":
                return secured.Tls("PLAINTEXT");
            case "nobody there":
                return With(secured.Tls(), "Kafka:BootstrapServers", $"127.0.0.1:{KafkaCluster.FreePorts(1)[0]}");
            case "wrong key password":
                return With(secured.MutualTls("receiver"), "Kafka:Client:ssl.key.passwordFile", secured.PasswordFile(Strange));
            case "empty password file":
                return With(secured.MutualTls("receiver"), "Kafka:Client:ssl.key.passwordFile", secured.PasswordFile(""));
            default:
                return With(secured.Tls(), "Kafka:Client:ssl.ca.location", "/not/there.pem");
        }
    }

    private static Dictionary<string, string> With(Dictionary<string, string> client, string key, string value)
    {
        client[key] = value;
        return client;
    }

    private static int Lines(VkycProcess process, string text) => process.Output.Split(text).Length - 1;
}
