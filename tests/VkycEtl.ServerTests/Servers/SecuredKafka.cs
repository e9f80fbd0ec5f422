using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using VkycEtl.ServerTests.Servers;

[assembly: AssemblyFixture(typeof(SecuredKafka))]

namespace VkycEtl.ServerTests.Servers;

/// <summary>
/// One broker as companies run it, started when the first test asks and shared by all: TLS, mutual TLS, SASL over TLS with PLAIN and SCRAM, and
/// an authorizer that allows nobody anything but <c>admin</c>. Each test has its own users, topics and groups.
/// </summary>
public sealed class SecuredKafka : IAsyncDisposable
{
    /// <summary>The one user that PLAIN knows: they stand in the broker's own settings.</summary>
    public const string PlainUser = "plain-user";

    /// <summary>The password of every user with one, and of every client key.</summary>
    public const string Password = "s3cret-of-the-test";

    private const string Admin = "admin";
    private const string Super = "broker";

    private static readonly string[] Listeners = ["CONTROLLER", "PLAINTEXT", "TLS", "MUTUAL", "MISNAMED", "SASL"];

    private readonly SemaphoreSlim starting = new(1);
    private string? folder;
    private CertificateAuthority? authority;
    private CertificateAuthority? stranger;
    private KafkaBroker? broker;
    private KafkaCluster? asAdmin;
    private Dictionary<string, int> ports = [];

    /// <summary>The cluster as its super user sees it. Starts it; skips the test where there is no <c>KAFKA_HOME</c>.</summary>
    public async Task<KafkaCluster> GetAsync(CancellationToken cancellationToken = default)
    {
        await starting.WaitAsync(cancellationToken);
        try
        {
            return asAdmin ??= await StartAsync(cancellationToken);
        }
        finally
        {
            starting.Release();
        }
    }

    /// <summary>The address of a listener: <c>PLAINTEXT</c>, <c>TLS</c>, <c>MUTUAL</c>, <c>MISNAMED</c> (a certificate for another host), <c>SASL</c>.</summary>
    public string Address(string listener) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{ports[listener]}");

    /// <summary>The certificate of the authority that signed the brokers'.</summary>
    public string AuthorityFile => authority!.CertificateFile;

    /// <summary>The certificate of an authority that signed nothing here.</summary>
    public string StrangerFile => stranger!.CertificateFile;

    /// <summary>Settings of a client that checks the broker and says nothing of itself: principal <c>User:ANONYMOUS</c>.</summary>
    public Dictionary<string, string> Tls(string listener = "TLS") => new(StringComparer.Ordinal)
    {
        ["Kafka:BootstrapServers"] = Address(listener),
        ["Kafka:Client:security.protocol"] = "SSL",
        ["Kafka:Client:ssl.ca.location"] = AuthorityFile,
    };

    /// <summary>Settings of a client with a certificate: principal <c>User:</c> and its name.</summary>
    public Dictionary<string, string> MutualTls(string name, bool isStranger = false)
    {
        var (certificate, key) = (isStranger ? stranger! : authority!).IssueForClient(name, Password);
        return new(Tls("MUTUAL"), StringComparer.Ordinal)
        {
            ["Kafka:Client:ssl.certificate.location"] = certificate,
            ["Kafka:Client:ssl.key.location"] = key,
            ["Kafka:Client:ssl.key.passwordFile"] = PasswordFile(Password),
        };
    }

    /// <summary>Settings of a user with a password, which is in a file.</summary>
    public Dictionary<string, string> Sasl(string mechanism, string user, string password = Password) => new(Tls("SASL"), StringComparer.Ordinal)
    {
        ["Kafka:Client:security.protocol"] = "SASL_SSL",
        ["Kafka:Client:sasl.mechanism"] = mechanism,
        ["Kafka:Client:sasl.username"] = user,
        ["Kafka:Client:sasl.passwordFile"] = PasswordFile(password),
    };

    /// <summary>Makes a user that both SCRAM mechanisms know.</summary>
    public async Task<string> CreateUserAsync(string name)
    {
        var user = $"{name}-{Guid.NewGuid():n}"[..(name.Length + 7)];
        await SetPasswordAsync(user, Password);
        return user;
    }

    /// <summary>Gives a SCRAM user a password.</summary>
    public async Task SetPasswordAsync(string user, string password)
    {
        var cluster = await GetAsync();
        foreach (var mechanism in (ScramMechanism[])[ScramMechanism.ScramSha256, ScramMechanism.ScramSha512])
        {
            await cluster.Admin.AlterUserScramCredentialsAsync([new UserScramCredentialUpsertion
            {
                User = user,
                ScramCredentialInfo = new ScramCredentialInfo { Mechanism = mechanism, Iterations = 4096 },
                Password = Encoding.UTF8.GetBytes(password),
            }]);
        }
    }

    /// <summary>Allows a user one operation.</summary>
    public async Task AllowAsync(string user, AclOperation operation, ResourceType type, string name)
    {
        var cluster = await GetAsync();
        await cluster.Admin.CreateAclsAsync([Binding(user, operation, type, name)]);
    }

    /// <summary>Takes a right away again.</summary>
    public async Task TakeAwayAsync(string user, AclOperation operation, ResourceType type, string name)
    {
        var cluster = await GetAsync();
        var removed = await cluster.Admin.DeleteAclsAsync([Binding(user, operation, type, name).ToFilter()]);
        Assert.Single(Assert.Single(removed).AclBindings);
    }

    public async ValueTask DisposeAsync()
    {
        starting.Dispose();
        if (asAdmin is not null)
            await asAdmin.DisposeAsync();
        if (broker is not null)
            await broker.DisposeAsync();
        authority?.Dispose();
        stranger?.Dispose();
        if (folder is not null && Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    private static AclBinding Binding(string user, AclOperation operation, ResourceType type, string name) => new()
    {
        Pattern = new ResourcePattern { Type = type, Name = name, ResourcePatternType = ResourcePatternType.Literal },
        Entry = new AccessControlEntry { Principal = $"User:{user}", Host = "*", Operation = operation, PermissionType = AclPermissionType.Allow },
    };

    private string PasswordFile(string password)
    {
        var file = Path.Combine(folder!, $"password-{Guid.NewGuid():n}");
        File.WriteAllText(file, password + "\n");
        return file;
    }

    private async Task<KafkaCluster> StartAsync(CancellationToken cancellationToken)
    {
        var home = KafkaCluster.FindHome() ?? MissingServer.SkipOrFail("Kafka", "set KAFKA_HOME to the folder of a Kafka distribution");
        folder = Directory.CreateTempSubdirectory("vkyc-secured-").FullName;
        authority = new CertificateAuthority(folder, "authority");
        stranger = new CertificateAuthority(folder, "stranger");
        var free = KafkaCluster.FreePorts(Listeners.Length);
        ports = Listeners.Zip(free).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
        broker = new KafkaBroker(home, Path.Combine(folder, "1"), 1);
        await broker.FormatAsync(KafkaCluster.NewClusterId(), Properties(), cancellationToken);
        broker.Start();

        var (certificate, key) = authority.IssueForClient(Admin, Password);
        var cluster = KafkaCluster.At(Address("MUTUAL"), new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["security.protocol"] = "SSL",
            ["ssl.ca.location"] = AuthorityFile,
            ["ssl.certificate.location"] = certificate,
            ["ssl.key.location"] = key,
            ["ssl.key.password"] = Password,
        });
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    return (await cluster.Admin.DescribeClusterAsync(new DescribeClusterOptions { RequestTimeout = TimeSpan.FromSeconds(5) })).Nodes.Count == 1;
                }
                catch (KafkaException)
                {
                    return false;
                }
            },
            "the secured broker answers",
            TimeSpan.FromSeconds(90),
            () => broker.Log,
            cancellationToken);
        return cluster;
    }

    private Dictionary<string, string> Properties()
    {
        var properties = KafkaCluster.BrokerProperties(1, 1, $"1@127.0.0.1:{ports["CONTROLLER"]}", ports["PLAINTEXT"], ports["CONTROLLER"]);
        properties["listeners"] = string.Join(',', Listeners.Select(name => $"{name}://{Address(name)}"));
        properties["advertised.listeners"] = string.Join(',', Listeners.Skip(1).Select(name => $"{name}://{Address(name)}"));
        properties["listener.security.protocol.map"] = "CONTROLLER:SSL,PLAINTEXT:PLAINTEXT,TLS:SSL,MUTUAL:SSL,MISNAMED:SSL,SASL:SASL_SSL";
        properties["inter.broker.listener.name"] = "MUTUAL";
        foreach (var name in (string[])["controller", "mutual"])
            properties[$"listener.name.{name}.ssl.client.auth"] = "required";
        properties["ssl.keystore.type"] = "PEM";
        properties["ssl.keystore.location"] = authority!.IssueForBroker(Super, "127.0.0.1");
        properties["ssl.truststore.type"] = "PEM";
        properties["ssl.truststore.location"] = authority.CertificateFile;
        properties["ssl.principal.mapping.rules"] = "RULE:^CN=([^,]+).*$/$1/";
        properties["listener.name.misnamed.ssl.keystore.type"] = "PEM";
        properties["listener.name.misnamed.ssl.keystore.location"] = authority.IssueForBroker(Super, "elsewhere.example");
        properties["sasl.enabled.mechanisms"] = "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512";
        properties["listener.name.sasl.plain.sasl.jaas.config"] =
            $"org.apache.kafka.common.security.plain.PlainLoginModule required user_{PlainUser}=\"{Password}\";";
        foreach (var size in (string[])["256", "512"])
            properties[$"listener.name.sasl.scram-sha-{size}.sasl.jaas.config"] = "org.apache.kafka.common.security.scram.ScramLoginModule required;";
        properties["authorizer.class.name"] = "org.apache.kafka.metadata.authorizer.StandardAuthorizer";
        properties["super.users"] = $"User:{Super};User:{Admin}";
        return properties;
    }
}
