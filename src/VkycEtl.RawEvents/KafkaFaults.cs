using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Confluent.Kafka;

namespace VkycEtl.RawEvents;

/// <summary>What a client wanted of Kafka when it was refused: names the right that is missing.</summary>
public enum KafkaAccess
{
    /// <summary>To look at the topic. Read and Write include it.</summary>
    Describe,

    /// <summary>To read the topic, as a member of the group.</summary>
    Read,

    /// <summary>To write to the topic.</summary>
    Write,
}

/// <summary>
/// Faults of Kafka's clients, told apart by librdkafka's codes, in one line with the cure. librdkafka's own text is kept, for it names the broker;
/// it holds no password.
/// </summary>
public static class KafkaFaults
{
    /// <summary>Whether the brokers do not know or do not trust this client, or it does not trust them: retrying with the same settings does not help.</summary>
    public static bool IsStranger(ErrorCode code) => code is ErrorCode.Local_Authentication or ErrorCode.Local_Ssl
        or ErrorCode.SaslAuthenticationFailed or ErrorCode.UnsupportedSaslMechanism or ErrorCode.IllegalSaslState;

    /// <summary>Whether the brokers know this client, and it lacks a right.</summary>
    public static bool IsRight(ErrorCode code) => code is ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed
        or ErrorCode.ClusterAuthorizationFailed or ErrorCode.TransactionalIdAuthorizationFailed;

    /// <summary>Whether nobody answered.</summary>
    public static bool IsAbsence(ErrorCode code) => code is ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_Resolve
        or ErrorCode.Local_TimedOut or ErrorCode.Local_MsgTimedOut or ErrorCode.NetworkException;

    /// <summary>What is wrong and how to mend it, in one line.</summary>
    /// <param name="error">As librdkafka gave it.</param>
    /// <param name="kafka">The settings: where the brokers are, and who this client is.</param>
    /// <param name="access">What it wanted.</param>
    public static string Explain(Error error, KafkaOptions kafka, KafkaAccess access) => error.Code switch
    {
        ErrorCode.TopicAuthorizationFailed => MissingRight(kafka, $"{access} on topic {kafka.RawTopic}", $"--operation {access} --topic {kafka.RawTopic}"),
        ErrorCode.GroupAuthorizationFailed => MissingRight(kafka, $"Read on group {kafka.ConsumerGroup}", $"--operation Read --group {kafka.ConsumerGroup}"),
        ErrorCode.ClusterAuthorizationFailed when access == KafkaAccess.Write => MissingRight(
            kafka, $"Write on topic {kafka.RawTopic} (brokers before 3.0: and IdempotentWrite on the cluster)", $"--operation Write --topic {kafka.RawTopic}"),
        ErrorCode.FencedInstanceId or ErrorCode.UnreleasedInstanceId =>
            $"another worker has the same group.instance.id, {Property(kafka.Consumer, "group.instance.id") ?? Property(kafka.Client, "group.instance.id")} ({error.Code}). "
            + "Give each worker its own Kafka:Consumer:group.instance.id.",
        var code when IsStranger(code) && code != ErrorCode.Local_Ssl =>
            $"Kafka does not let {Principal(kafka)} in: {error.Reason}. Check Kafka:Client:sasl.username, sasl.password (or sasl.passwordFile) and sasl.mechanism, "
            + $"and that {kafka.BootstrapServers} is a SASL listener.",
        ErrorCode.Local_Ssl =>
            $"no TLS with Kafka: {error.Reason}. Check that Kafka:Client:ssl.ca.location holds the authority that signed the brokers' certificates, and that "
            + $"Kafka:BootstrapServers ({kafka.BootstrapServers}) names the brokers as their certificates do.",
        var code when IsAbsence(code) => $"no answer from Kafka at {kafka.BootstrapServers}: {error.Reason}. {AbsenceCure(kafka)}",
        _ => $"Kafka: {error.Reason} ({error.Code})",
    };

    /// <summary>The same of an exception; one that says it already is left as it is.</summary>
    public static string Explain(KafkaException fault, KafkaOptions kafka, KafkaAccess access) =>
        fault is KafkaFaultException ? fault.Error.Reason : Explain(fault.Error, kafka, access);

    /// <summary>Whom the brokers take this client for, as far as its settings tell; a broker's own rules may call it otherwise.</summary>
    public static string Principal(KafkaOptions kafka)
    {
        if (Property(kafka.Client, "security.protocol")?.StartsWith("SASL", StringComparison.OrdinalIgnoreCase) == true)
            return $"User:{Property(kafka.Client, "sasl.username")}";
        return Property(kafka.Client, "ssl.certificate.location") is { } file ? $"User:{Subject(file)}" : "User:ANONYMOUS";
    }

    /// <summary>The ends of command lines for <c>kafka-*.sh</c>: where, and the file with the caller's own credentials where the brokers ask for them.</summary>
    internal static string CommandTarget(KafkaOptions kafka) =>
        $"--bootstrap-server {kafka.BootstrapServers}{(Property(kafka.Client, "security.protocol") is null ? "" : " --command-config admin.properties")}";

    private static string MissingRight(KafkaOptions kafka, string right, string operation) =>
        $"{Principal(kafka)} lacks the right {right}. Grant it: kafka-acls.sh {CommandTarget(kafka)} --add --allow-principal '{Principal(kafka)}' {operation}";

    /// <summary>A listener that speaks otherwise just hangs up, with no code of its own: what may be wrong follows from the settings.</summary>
    private static string AbsenceCure(KafkaOptions kafka) => Property(kafka.Client, "security.protocol")?.ToUpperInvariant() switch
    {
        null or "PLAINTEXT" => "Check the address; if the listener speaks TLS or SASL, set Kafka:Client:security.protocol.",
        "SSL" or "SASL_SSL" when Property(kafka.Client, "ssl.certificate.location") is { } file =>
            $"Check the address, that the listener speaks TLS, and that the brokers trust this client's certificate ({file}).",
        "SSL" or "SASL_SSL" => "Check the address, that the listener speaks TLS, and whether it asks for a client certificate (Kafka:Client:ssl.certificate.location, ssl.key.location).",
        var protocol => $"Check the address, and that the listener speaks {protocol}.",
    };

    private static string? Property(Dictionary<string, string> properties, string name) =>
        properties.FirstOrDefault(property => property.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    private static string Subject(string file)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(file);
            return certificate.Subject.Replace(", ", ",", StringComparison.Ordinal);
        }
        catch (Exception fault) when (fault is CryptographicException or IOException or UnauthorizedAccessException)
        {
            // Only its name for a message; librdkafka itself says what is wrong with the file.
            return $"(certificate {file})";
        }
    }
}

/// <summary>A fault of Kafka whose reason is the whole line: what is wrong and how to mend it.</summary>
public sealed class KafkaFaultException(ErrorCode code, string line, Exception? innerException = null)
    : KafkaException(new Error(code, line), innerException);
