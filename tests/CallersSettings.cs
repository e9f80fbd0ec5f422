using System.Runtime.CompilerServices;

namespace VkycEtl;

/// <summary>
/// Settings that the caller's shell exports (<c>VKYC_Section__Key</c>, as the README shows) are for the caller's own warehouse: the program under test,
/// and every process that a test starts, has only what the test gives it.
/// </summary>
internal static class CallersSettings
{
    [ModuleInitializer]
    internal static void Remove()
    {
        foreach (var name in Environment.GetEnvironmentVariables().Keys.Cast<string>())
        {
            // The tests' own names, VKYC_TEST_POSTGRES and VKYC_RENEW, are no settings.
            if (name.StartsWith("VKYC_", StringComparison.Ordinal) && name.Contains("__", StringComparison.Ordinal))
                Environment.SetEnvironmentVariable(name, null);
        }
    }
}
