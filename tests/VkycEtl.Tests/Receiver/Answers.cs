using System.Net;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;

namespace VkycEtl.Tests.Receiver;

/// <summary>What tests ask of answers and records.</summary>
internal static class Answers
{
    /// <summary>Problem details with this status.</summary>
    /// <returns>The detail.</returns>
    public static async Task<string> AssertProblemAsync(this HttpResponseMessage answer, HttpStatusCode status)
    {
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == status, $"{(int)answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        using var problem = JsonDocument.Parse(text);
        Assert.Equal((int)status, problem.RootElement.GetProperty("status").GetInt32());
        Assert.False(string.IsNullOrEmpty(problem.RootElement.GetProperty("title").GetString()));
        return problem.RootElement.GetProperty("detail").GetString()!;
    }

    /// <summary>200.</summary>
    /// <returns>The event's id, or null.</returns>
    public static async Task<string?> AssertTakenAsync(this HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{(int)answer.StatusCode}: {text}");
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        using var receipt = JsonDocument.Parse(text);
        return receipt.RootElement.TryGetProperty("eventId", out var id) ? id.GetString() : null;
    }

    /// <summary>A record's headers as text.</summary>
    public static Dictionary<string, string> Texts(this Headers headers) =>
        headers.ToDictionary(header => header.Key, header => Encoding.UTF8.GetString(header.GetValueBytes()), StringComparer.Ordinal);

    public static string? KeyText(this ConsumeResult<byte[]?, byte[]?> record) =>
        record.Message.Key is { } key ? Encoding.UTF8.GetString(key) : null;
}
