using System.Diagnostics.CodeAnalysis;

namespace VkycEtl.ServerTests.Servers;

/// <summary>A test whose server is not on this machine: skipped by name, or failed where CI promised the server.</summary>
public static class MissingServer
{
    /// <returns>Never; a string, so that it can stand after <c>??</c>.</returns>
    [DoesNotReturn]
    public static string SkipOrFail(string server, string how)
    {
        var message = $"{server} is not on this machine: {how}";
        if (string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase))
            Assert.Fail(message);
        Assert.Skip(message);
        return message;
    }
}
