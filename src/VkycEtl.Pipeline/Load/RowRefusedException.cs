namespace VkycEtl.Pipeline.Load;

/// <summary>
/// The database refuses a row. The message is the error's code and the names it concerns, never a value: it becomes the reason's text in
/// quarantine.
/// </summary>
/// <param name="message">Code and names.</param>
/// <param name="innerException">The driver's error.</param>
public sealed class RowRefusedException(string message, Exception innerException) : Exception(message, innerException);
