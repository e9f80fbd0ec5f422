using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace VkycEtl.Receiver;

/// <summary>What a sender is told on success.</summary>
/// <param name="EventId">The event's id, where one was found.</param>
internal sealed record Receipt([property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? EventId);

/// <summary>Problem details (RFC 9457).</summary>
/// <param name="Type">Always <c>about:blank</c>: the status says what it is.</param>
/// <param name="Title">The status in words.</param>
/// <param name="Status">The status.</param>
/// <param name="Detail">What is wrong with this request.</param>
internal sealed record Problem(string Type, string Title, int Status, string Detail)
{
    /// <summary>Answers with a problem.</summary>
    public static Task WriteAsync(HttpContext http, int status, string detail)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(
            new Problem("about:blank", ReasonPhrases.GetReasonPhrase(status), status, detail),
            ReceiptJson.Default.Problem,
            "application/problem+json",
            http.RequestAborted);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Receipt))]
[JsonSerializable(typeof(Problem))]
internal sealed partial class ReceiptJson : JsonSerializerContext;
