using System.ComponentModel;
using System.Diagnostics;

namespace VkycEtl.Tests.Receiver;

/// <summary>The <c>openssl</c> command: signatures that none of our code has made.</summary>
internal static class OpenSsl
{
    public static async Task<byte[]> HmacSha256Async(byte[] key, byte[] message)
    {
        var start = new ProcessStartInfo("openssl", ["dgst", "-sha256", "-mac", "HMAC", "-macopt", $"hexkey:{Convert.ToHexString(key)}", "-binary"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        Process? process = null;
        try
        {
            process = Process.Start(start);
        }
        catch (Win32Exception)
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", "needs the openssl command");
            Assert.Skip("needs the openssl command");
        }

        using (process)
        {
            await process!.StandardInput.BaseStream.WriteAsync(message, TestContext.Current.CancellationToken);
            process.StandardInput.Close();
            using var output = new MemoryStream();
            await process.StandardOutput.BaseStream.CopyToAsync(output, TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, process.ExitCode);
            return output.ToArray();
        }
    }
}
