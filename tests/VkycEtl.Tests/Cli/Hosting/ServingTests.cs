using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using VkycEtl.Cli;
using VkycEtl.Cli.Hosting;

namespace VkycEtl.Tests.Cli.Hosting;

/// <summary>How a host that has ended says why: in the exit code, or in the fault that the program then tells.</summary>
public sealed class ServingTests
{
    [Fact]
    public async Task A_service_that_fails_in_a_way_nobody_foresaw_does_not_end_in_success()
    {
        using var host = Host(new Failing());

        var fault = await Assert.ThrowsAsync<InvalidTimeZoneException>(() => Serving.RunAsync(host, _ => Task.CompletedTask, TestContext.Current.CancellationToken));

        Assert.Equal("unforeseen", fault.Message);
    }

    [Fact]
    public async Task A_service_that_fails_while_it_is_asked_to_stop_may()
    {
        using var host = Host(new FailingAtItsStop());
        using var stop = new CancellationTokenSource();

        var code = await Serving.RunAsync(host, _ => stop.CancelAsync(), stop.Token);

        Assert.Equal(ExitCode.Done, code);
    }

    private static IHost Host(IHostedService service)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddSingleton(service);
        return builder.Build();
    }

    private sealed class Failing : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Yield();
            throw new InvalidTimeZoneException("unforeseen");
        }
    }

    private sealed class FailingAtItsStop : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Delay(Timeout.Infinite, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new InvalidTimeZoneException("unforeseen");
        }
    }
}
