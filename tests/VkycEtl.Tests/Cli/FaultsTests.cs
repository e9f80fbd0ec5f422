using System.Net.Sockets;
using Confluent.Kafka;
using Npgsql;
using VkycEtl.Cli;
using VkycEtl.Pipeline.Load;
using VkycEtl.RawEvents;

namespace VkycEtl.Tests.Cli;

public sealed class FaultsTests
{
    public static TheoryData<Exception, int> Cases => new()
    {
        { new VerbFault(ExitCode.Found, "found"), ExitCode.Found },
        { new OperationCanceledException(), ExitCode.Interrupted },
        { new WarehouseUnfitException("run vkyc migrate"), ExitCode.Fatal },
        { new PostgresException("no such table", "ERROR", "ERROR", "42P01"), ExitCode.Usage },
        { new PostgresException("wrong password", "FATAL", "FATAL", "28P01"), ExitCode.Usage },
        { new PostgresException("starting up", "FATAL", "FATAL", "57P03"), ExitCode.Unreachable },
        { new PostgresException("too many clients", "FATAL", "FATAL", "53300"), ExitCode.Unreachable },
        { new NpgsqlException("refused", new SocketException(111)), ExitCode.Unreachable },
        { new KafkaException(new Error(ErrorCode.Local_AllBrokersDown)), ExitCode.Unreachable },
        { new KafkaFaultException(ErrorCode.Local_Transport, "no answer"), ExitCode.Unreachable },
        { new KafkaFaultException(ErrorCode.Local_Authentication, "wrong password"), ExitCode.Usage },
        { new KafkaFaultException(ErrorCode.TopicAuthorizationFailed, "no right"), ExitCode.Usage },
        { new HttpRequestException("refused"), ExitCode.Unreachable },
        { new InvalidOperationException("a bug"), ExitCode.Ours },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_exception_has_its_exit_code_and_only_ours_shows_where_it_came_from(Exception exception, int code)
    {
        Exception thrown;
        try
        {
            throw exception;
        }
        catch (Exception caught)
        {
            thrown = caught;
        }

        var (judged, message) = Faults.Judge(thrown);
        Assert.Equal(code, judged);
        Assert.Equal(code == ExitCode.Ours, message.Contains("   at ", StringComparison.Ordinal));
    }
}
