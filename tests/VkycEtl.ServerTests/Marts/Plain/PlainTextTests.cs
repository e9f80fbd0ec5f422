namespace VkycEtl.ServerTests.Marts.Plain;

public sealed class PlainTextTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData(" \u3000\u0085", null)]
    [InlineData(" Agent-7\u00a0", "Agent-7")]
    [InlineData("\tAsha@Bank.IN\n", "asha@bank.in")]
    [InlineData("\u00c4sha@Bank.IN", "\u00c4sha@bank.in")]
    [InlineData("A@B@C", "A@B@C")]
    [InlineData("@Bank", "@Bank")]
    [InlineData("Asha@", "Asha@")]
    [InlineData("Asha @Bank", "Asha @Bank")]
    [InlineData("Asha@\u2028Bank", "Asha@\u2028Bank")]
    [InlineData("\u200bA", "\u200bA")]
    [InlineData("\u180eA@B", "\u180ea@b")]
    public void Agent_key_is_trimmed_and_lower_only_where_it_is_an_email(string? sent, string? key) => Assert.Equal(key, PlainText.AgentKey(sent));

    [Theory]
    [InlineData(null, null)]
    [InlineData("\u2028 ", null)]
    [InlineData(" Poor \u2003\t NETWORK ", "poor network")]
    [InlineData("\u0130d", "\u0130d")]
    [InlineData("No\u200bGap\u001fHere", "no\u200bgap\u001fhere")]
    public void Reason_key_has_single_spaces_and_lower_ascii(string? sent, string? key) => Assert.Equal(key, PlainText.ReasonKey(sent));

    [Theory]
    [InlineData(null, null)]
    [InlineData(" approved\u00a0", "APPROVED")]
    [InlineData("decl\u0131ned", "DECL\u0131NED")]
    public void Status_is_trimmed_and_upper_ascii(string? sent, string? status) => Assert.Equal(status, PlainText.Status(sent));
}
