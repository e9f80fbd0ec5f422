using VkycEtl.Page;
using VkycEtl.Page.Access;

namespace VkycEtl.Tests.Page;

/// <summary>What of agents and reasons is seen.</summary>
public sealed class PersonalTests
{
    private readonly Personal masked = new(new PageOptions { Token = "0123456789abcdef" });

    [Fact]
    public void An_agent_has_one_pseudonym_that_only_this_process_makes()
    {
        Assert.Matches("^agent-[0-9a-f]{10}$", masked.Agent("asha@bank.example"));
        Assert.Equal(masked.Agent("asha@bank.example"), masked.Agent("asha@bank.example"));
        Assert.NotEqual(masked.Agent("asha@bank.example"), masked.Agent("asha@bank.example2"), StringComparer.Ordinal);

        // Who knows the token, as all do who look, cannot make it: else a list of staff would tell who is who.
        Assert.NotEqual(masked.Agent("asha@bank.example"), new Personal(new PageOptions { Token = "0123456789abcdef" }).Agent("asha@bank.example"), StringComparer.Ordinal);
    }

    [Theory]
    [InlineData(" Asha@Bank.Example\u00A0", "asha@bank.example")]
    [InlineData(" AG1 ", "AG1")]
    [InlineData("A @b", "A @b")]
    [InlineData("@B", "@B")]
    [InlineData("B@", "B@")]
    [InlineData("A@B@C", "A@B@C")]
    [InlineData("É@B", "É@b")]
    public void Spellings_of_one_agent_key_are_one_agent(string sent, string key) => Assert.Equal(masked.Agent(key), masked.AgentOf(sent));

    [Theory]
    [InlineData("pan 1234x", "pan ####x")]
    [InlineData("\u0967\u0968 \uFF11", "## #")]
    [InlineData("none", "none")]
    public void Digits_of_a_reason_are_masked(string reason, string shown)
    {
        Assert.Equal(shown, masked.Reason(reason));
        Assert.Equal(shown, System.Text.RegularExpressions.Regex.Replace(reason, masked.DigitsPattern!, "#", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Shown_is_as_sent()
    {
        var shown = new Personal(new PageOptions { ShowPersonal = true });
        Assert.Equal((" Asha ", "pan 1234", null), (shown.AgentOf(" Asha "), shown.Reason("pan 1234"), shown.DigitsPattern));
    }
}
